"""Tests of the pure rules: tables in `cases/` that a jurist can read, and properties that hold for every figure."""
