"""Pure rules: frozen values in, a decision with its reason out; no clock, no database, no float."""
