"""How strong the hidden tests are: mutants of the reference solutions, and the labelled bank."""
