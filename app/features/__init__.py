"""What the service does: each feature decides in `service.py` and holds every select in `queries.py`."""
