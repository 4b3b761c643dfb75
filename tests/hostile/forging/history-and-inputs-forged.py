# tries: IPython's inputs and outputs replaced by liars
# bind: Out
class D(dict):
    def __getitem__(self, key): return 40.0
    def __contains__(self, key): return True
ip = get_ipython()
ip.history_manager.input_hist_raw = D()
ip.history_manager.input_hist_parsed = None
ip.user_ns["Out"] = ip.user_ns["In"] = D()
ip.execution_count = "x"
