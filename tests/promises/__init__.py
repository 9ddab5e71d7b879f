"""The promises of reliability: a hundredth of their size in `make test`, in full in `make proof`."""
