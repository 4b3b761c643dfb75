"""Pure judgements for hidden tests: values, curves, errors and proofs."""
