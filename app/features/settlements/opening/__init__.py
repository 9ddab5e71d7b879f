"""The balance that a contract has when it is taken over in mid-life."""
