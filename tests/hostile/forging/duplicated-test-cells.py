# tries: cells that claim the tests of every question, before and after the answers, many times
# cell-tests: q1 q2 q3 q5 q1 q1 ../q1 grade_export
print("graded again and again")
