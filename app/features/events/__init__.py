"""事件: what happened, told to vendors and service centers in the transaction in which it happened."""
