"""The trusted side: Otter tests against a remote namespace."""
