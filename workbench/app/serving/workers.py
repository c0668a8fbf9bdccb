"""The processes of pages behind one address: started, asked, and begun anew when one has ended."""

import asyncio
import json
import multiprocessing
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from workbench.app.serving.log import note
from workbench.app.serving.options import Serving
from workbench.app.serving.worker import CONNECTION, work

_SOON = 10.0  # seconds within which a page that was asked for is counted although its process has not told of it
_END = 5.0  # seconds that a process has to end by itself
_LINE = 1 << 22  # bytes of the longest answer
_AGAIN = 0.01  # seconds until it is tried again to hand a connection to a process that does not take any
_PAUSE = 10.0  # seconds until a process is begun anew that ended before it was ready


class Worker:
    """One process, with room for some people: it is handed connections, and tells whose pages it keeps."""

    def __init__(self, prepare: Callable[[], Serving], secret: bytes, room: int, share: int) -> None:
        self.room, self.pages, self.ready, self.ended = room, set[str](), asyncio.Event(), asyncio.Event()
        self._coming, self._answers = deque[float](), deque[asyncio.Future[str]]()
        self._line, theirs = socket.socketpair()
        arguments = (prepare, secret, room, share, theirs)
        self.process = multiprocessing.get_context("spawn").Process(target=work, args=arguments, daemon=True)
        self.process.start()
        theirs.close()

    def free(self) -> int:
        """For how many more people there is room; below 0 where some wait to be refused."""
        while self._coming and self._coming[0] < time.monotonic() - _SOON:
            self._coming.popleft()
        return self.room - len(self.pages) - len(self._coming)

    async def begun(self) -> None:
        """Until it is ready. RuntimeError where it ends before."""
        either = [asyncio.create_task(event.wait()) for event in (self.ready, self.ended)]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        for task in either:
            task.cancel()
        if not self.ready.is_set():
            raise RuntimeError("A process of pages ended before it was ready; what it said is above.")

    async def hand(self, connection: socket.socket, new: bool) -> None:
        """Give it a connection, by which a page is asked for where it is `new`."""
        if new:
            self._coming.append(time.monotonic())
        while not self.ended.is_set():
            try:
                socket.send_fds(self._line, [CONNECTION], [connection.fileno()])
                return
            except BlockingIOError:  # it is busy, and many wait already
                await asyncio.sleep(_AGAIN)
            except ConnectionError:  # it has just ended, and whoever asked asks again
                return

    async def ask(self, question: bytes) -> str:
        """Its answer; ConnectionError where it is not ready, or ends before."""
        if not self.ready.is_set() or self.ended.is_set():
            raise ConnectionError("the process does not serve")
        answer = asyncio.get_running_loop().create_future()
        self._line.sendall(question)
        self._answers.append(answer)
        return await answer

    async def listen(self) -> None:
        """Hear what it tells, until it ends."""
        reader, writer = await asyncio.open_connection(sock=self._line.dup(), limit=_LINE)
        with suppress(ConnectionError):
            while line := await reader.readline():
                self._hear(json.loads(line))
        writer.close()
        self.ended.set()
        for answer in self._answers:
            answer.set_exception(ConnectionError("the process has ended"))

    async def end(self) -> None:
        """Let it end, and see to it that it does."""
        self._line.close()
        await asyncio.to_thread(self.process.join, _END)
        if self.process.is_alive():
            self.process.kill()

    def _hear(self, message: dict[str, str | int | bool]) -> None:
        if "answer" in message:
            self._answers.popleft().set_result(str(message["answer"]))
        elif "ready" in message:
            self.ready.set()
        elif message["kept"]:
            self.pages.add(str(message["session"]))
            if self._coming:
                self._coming.popleft()
        else:
            self.pages.discard(str(message["session"]))


class Workers:
    """So many processes, that share the room; one that ends is begun anew, and its pages are remembered as `lost`."""

    def __init__(self, prepare: Callable[[], Serving], serving: Serving, number: int) -> None:
        self._make = lambda room: Worker(prepare, serving.entry.secret, room, number)
        rooms = (serving.visitors // number + (k < serving.visitors % number) for k in range(number))
        self.lost, self._rooms = set[str](), tuple(rooms)
        self.all: list[Worker] = []
        self._watching = set[asyncio.Task[None]]()

    async def start(self) -> None:
        """The first by itself: it compiles for all what is not compiled yet. Return when all are ready."""
        for k, room in enumerate(self._rooms):
            self.all.append(self._make(room))
            self._watch(k)
            if k == 0:
                await self.all[0].begun()
        for worker in self.all:
            await worker.begun()

    def of(self, session: str) -> Worker | None:
        """Who keeps that page."""
        return next((worker for worker in self.all if session in worker.pages), None)

    def freest(self) -> Worker:
        """Who is ready and has room, and of those the one with the fewest people."""
        return max(self.all, key=lambda w: (w.ready.is_set(), w.free() > 0, w.free() - w.room))

    async def end(self) -> None:
        """Let all end."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*(worker.end() for worker in self.all))

    def _watch(self, k: int) -> None:
        task = asyncio.create_task(self._renew(k))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _renew(self, k: int) -> None:
        """For as long as it serves; then another takes its place."""
        while True:
            await (ended := self.all[k]).listen()
            note("worker lost", {"pages": len(ended.pages)})
            self.lost |= ended.pages
            await ended.end()
            if not ended.ready.is_set():
                await asyncio.sleep(_PAUSE)
            self.all[k] = self._make(self._rooms[k])
