"""The grading zip in containers laid out as Gradescope lays them out, beside stock Otter."""
