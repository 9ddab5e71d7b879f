"""Contracts: their dated terms, their service months, the register of due dates."""
