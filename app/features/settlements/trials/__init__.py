"""Trials (试算): closed months under other terms; they write nothing of the record."""
