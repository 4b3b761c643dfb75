# tries: the event loop closed, replaced and made to answer for itself
# bind: 1.0
import asyncio
await asyncio.sleep(0)
class L(asyncio.SelectorEventLoop):
    def run_until_complete(self, x): raise SystemExit
    def is_running(self): return True
    def is_closed(self): raise KeyboardInterrupt
get_ipython().loop.made = L()
asyncio.set_event_loop(L())
