# tries: tasks and callbacks of the loop that run while tests ask
# bind: 1.0
import asyncio
async def spin():
    while True:
        globals().update(reason="a"); await asyncio.sleep(0)
t = asyncio.ensure_future(spin())
await asyncio.sleep(0)
asyncio.get_event_loop().call_later(.001, lambda: globals().update(held=[40.0]))
