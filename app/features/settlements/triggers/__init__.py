"""What a contract's triggers have reached, for the night: alerts that a person decides about."""
