"""Double entry: posts each cause once, says what stands on the accounts, and checks the whole."""
