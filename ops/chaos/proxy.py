"""A TCP proxy with a door for each client: the server knows who came, and can seem to hang."""

import asyncio
import threading


class Proxy:
    """`doors` tells the door by the port from which the server sees a connection come."""

    def __init__(self, target: int):
        self.target = target
        self.doors: dict[int, int] = {}
        self.servers: list[asyncio.Server] = []
        self.loop = asyncio.new_event_loop()
        self.flowing = asyncio.Event()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.flow()

    def door(self, number: int) -> int:
        """The port of a new door."""
        server = asyncio.run_coroutine_threadsafe(self.opened(number), self.loop).result()
        self.servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def opened(self, number: int) -> asyncio.Server:
        return await asyncio.start_server(
            lambda reader, writer: self.pass_on(number, reader, writer), "127.0.0.1", 0
        )

    async def pass_on(self, number: int, reader, writer) -> None:
        await self.flowing.wait()
        try:
            back, onward = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self.doors[onward.get_extra_info("sockname")[1]] = number
        await asyncio.gather(self.pump(reader, onward), self.pump(back, writer))

    async def pump(self, source, sink) -> None:
        try:
            while piece := await source.read(65536):
                await self.flowing.wait()
                sink.write(piece)
                await sink.drain()
        except OSError:
            pass  # whoever is at this end is gone: tell the other
        finally:
            sink.close()

    def hang(self) -> None:
        """Take everything, pass nothing on."""
        self.loop.call_soon_threadsafe(self.flowing.clear)

    def flow(self) -> None:
        self.loop.call_soon_threadsafe(self.flowing.set)

    def stop(self) -> None:
        for server in self.servers:
            self.loop.call_soon_threadsafe(server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
