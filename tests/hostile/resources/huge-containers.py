# tries: a list of ten million numbers, a list that holds itself, a dict nested a thousand deep
# verdict: completed | memory limit | timeout
held = list(range(10_000_000))
my_list = []
my_list.append(my_list)
second_error = my_list
vector_error = {}
for _ in range(1_000):
    vector_error = {"in": vector_error}
reason = "b" * (1 << 24)
graph_sizes = lambda *args: my_list
