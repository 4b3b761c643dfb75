# tries: wait for somebody to type
# verdict: completed
name = input("name? ")
