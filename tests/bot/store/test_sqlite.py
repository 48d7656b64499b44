"""The SQLite store: shared commits, its lock, its file, its migrations and its copies."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.asks import Answered
from bot.store.contract import ClosedAsk, Link
from bot.store.faults import Conflict, StoreFault
from bot.store.portable import Part, first_broken
from bot.store.registry import open_store
from bot.store.sqlite.archive import open_sqlite_archive
from bot.store.sqlite.file import Migration, known_migrations, open_for_writing, reading_address
from bot.store.sqlite.group_commit import GroupCommit
from bot.store.sqlite.queries import named_queries, sqlite_queries
from bot.store.sqlite.statements import Statement, saving
from bot.store.sqlite.store import open_sqlite

QUERIES = sqlite_queries()


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "store.db"


@asynccontextmanager
async def writing(path, build, **options):
    """A writer on a new database, and the list of what SQLite was told."""
    with closing(open_for_writing(path, build.at, known_migrations())) as connection:
        told: list[str] = []
        connection.set_trace_callback(told.append)
        writer = GroupCommit(connection, path, **options)
        yield writer, connection, told
        await writer.close()


def statements(build, **fields):
    return saving(build.change(**fields), QUERIES)


class TestSharedCommits:
    @pytest.mark.asyncio
    async def test_what_waits_together_is_saved_with_one_commit(self, path, build):
        async with writing(path, build) as (writer, _, told):
            await asyncio.gather(*(writer.submit(statements(build, seen=f"m{n}")) for n in range(64)))
            assert told.count("COMMIT") == 1

    @pytest.mark.asyncio
    async def test_callers_that_arrive_during_a_commit_share_the_next(self, path, build):
        async with writing(path, build) as (writer, connection, told):
            queue = iter(range(640))

            async def caller():
                for n in queue:
                    await writer.submit(statements(build, seen=f"m{n}"))

            await asyncio.gather(*(caller() for _ in range(64)))
            assert told.count("COMMIT") <= 30
            assert connection.execute("SELECT count(*) FROM seen").fetchone() == (640,)

    @pytest.mark.asyncio
    async def test_where_several_come_those_of_the_next_rounds_come_along(self, path, build):
        async with writing(path, build) as (writer, _, told):

            async def caller(n, rounds):
                for _ in range(rounds):
                    await asyncio.sleep(0)
                await writer.submit(statements(build, seen=f"m{n}"))

            await asyncio.gather(*(caller(n, n // 2) for n in range(8)))  # two in each of four rounds
            assert told.count("COMMIT") == 1

    @pytest.mark.asyncio
    async def test_many_changes_at_once_leave_what_they_leave_one_after_another(self, path, build):
        store = await open_sqlite(path, build.at)
        changes = [
            build.change(
                seen=f"m{number}",
                tickets=(build.opened(1000 + number),),
                outgoing=(build.message(f"o{number}"),),
                asks=(build.ask(f"a{number % 3}", about=Answered(question=f"{number}", entry="K-1")),),
                links=(Link(build.room, f"l{number % 5}", 1000 + number),),
                closed_asks=(ClosedAsk(f"a{(number + 1) % 3}", f"{number}"),),
            )
            for number in range(1, 91)
        ]
        await asyncio.gather(*(store.commit(change) for change in changes))
        assert [ticket.number for ticket in await store.open_tickets()] == list(range(1001, 1091))
        assert [message.key for message in await store.waiting("qq")] == [
            f"o{number}" for number in range(1, 91)
        ]
        assert [(await store.link(build.room, f"l{place}")).ticket for place in range(5)] == [
            1090, 1086, 1087, 1088, 1089,
        ]  # fmt: skip
        open_ones = await store.open_asks(build.room, build.person, build.at)
        assert [(ask.id, ask.about.question) for ask in open_ones] == [("a0", "90"), ("a2", "89")]
        await store.close()

    @pytest.mark.asyncio
    async def test_questions_of_many_changes_are_saved_with_few_statements(self, path, build):
        async with writing(path, build) as (writer, connection, told):
            await asyncio.gather(
                *(writer.submit(statements(build, asks=(build.ask(f"a{n}"),))) for n in range(64))
            )
            assert sum("INSERT INTO asks" in each for each in told) == 1
            assert connection.execute("SELECT count(*) FROM asks").fetchone() == (64,)

    @pytest.mark.asyncio
    async def test_a_commit_holds_a_bounded_number_of_changes(self, path, build):
        async with writing(path, build, most=8) as (writer, _, told):
            await asyncio.gather(*(writer.submit(statements(build, seen=f"m{n}")) for n in range(20)))
            assert told.count("COMMIT") == 3

    @pytest.mark.asyncio
    async def test_each_change_keeps_its_own_refusal(self, path, build):
        async with writing(path, build) as (writer, connection, told):
            changes = [
                statements(
                    build,
                    seen=f"m{n}",
                    tickets=(build.opened(n % 5 + 1),),
                    outgoing=(build.message(f"o{n}"),),
                )
                for n in range(10)
            ]
            outcomes = await asyncio.gather(
                *(writer.submit(change) for change in changes), return_exceptions=True
            )
            assert [getattr(outcome, "number", None) for outcome in outcomes] == [None] * 5 + [1, 2, 3, 4, 5]
            assert all(isinstance(outcome, Conflict) for outcome in outcomes[5:])
            assert told.count("COMMIT") == 1
            assert connection.execute("SELECT group_concat(key) FROM seen").fetchone() == ("m0,m1,m2,m3,m4",)
            assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (5,)

    @pytest.mark.asyncio
    async def test_values_that_do_not_fit_harm_only_their_own_change(self, path, build):
        faulty = [
            [Statement(QUERIES["is_seen"], (2**70,))],
            [Statement(QUERIES["is_seen"], ("a", "b"))],
            [Statement(QUERIES["remember_seen"], ("x", None))],
            [Statement(QUERIES["remember_seen"], ("\ud83d", 1))],
        ]
        async with writing(path, build) as (writer, connection, _):
            good = writer.submit(statements(build, seen="m1"))
            outcomes = await asyncio.gather(*map(writer.submit, faulty), return_exceptions=True)
            assert [isinstance(outcome, (ValueError, OverflowError)) for outcome in outcomes] == [True] * 4
            assert await good == 1
            assert connection.execute("SELECT key FROM seen").fetchall() == [("m1",)]

    @pytest.mark.asyncio
    async def test_when_the_commit_fails_everybody_hears_of_it_and_the_next_one_works(self, path, build):
        orphan = [
            Statement("PRAGMA defer_foreign_keys = ON", ()),
            Statement(QUERIES["add_record"], (7, 1, 0, b"[]", "")),
        ]
        async with writing(path, build) as (writer, connection, _):
            waiting = [writer.submit(orphan), writer.submit(statements(build, seen="m1"))]
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [StoreFault, StoreFault]
            await writer.submit(statements(build, seen="m2"))
            assert connection.execute("SELECT key FROM seen").fetchall() == [("m2",)]

    @pytest.mark.asyncio
    async def test_a_full_disk_is_told_and_survived(self, path, build):
        async with writing(path, build) as (writer, connection, _):
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")
            big = build.message("o1", text="长" * 100_000)
            with pytest.raises(StoreFault, match="磁盘满了") as refused:
                await writer.submit(statements(build, seen="m1", outgoing=(big,)))
            assert str(writer.trouble) == str(refused.value)
            connection.execute("PRAGMA max_page_count = 1000000")
            await writer.submit(statements(build, seen="m1", outgoing=(big,)))
            assert writer.trouble is None

    @pytest.mark.asyncio
    async def test_whether_a_disk_takes_something_again_is_found_out_without_anybody_saying_something(
        self, path, build
    ):
        store = await open_sqlite(path, build.at)
        known = store._connection.execute("SELECT key, value FROM meta ORDER BY key").fetchall()
        store._connection.execute("PRAGMA max_page_count = 1")  # as many as there are
        with pytest.raises(StoreFault):
            await store.commit(build.change(seen="m1", outgoing=(build.message("o1", text="长" * 100_000),)))
        assert await store.alive() == 1
        assert store.trouble is not None
        store._connection.execute("PRAGMA max_page_count = 1000000")
        assert await store.alive() == 1
        assert store.trouble is None
        assert store._connection.execute("SELECT key, value FROM meta ORDER BY key").fetchall() == known
        assert await store.free_bytes() > 0
        await store.close()

    @pytest.mark.asyncio
    async def test_nothing_is_taken_after_the_end(self, path, build):
        async with writing(path, build) as (writer, _, _told):
            last = writer.submit(statements(build, seen="m1"))
            await writer.close()
            assert await last == 1
            with pytest.raises(StoreFault, match="已关闭"):
                writer.submit(statements(build, seen="m2"))


class TestLock:
    @pytest.mark.asyncio
    async def test_a_second_store_is_refused_and_told_who_has_the_first(self, path, build):
        store = await open_sqlite(path, build.at)
        with pytest.raises(StoreFault, match=rf"进程号 {os.getpid()}"):
            await open_sqlite(path, build.at)
        await store.close()
        await (await open_sqlite(path, build.at)).close()

    @pytest.mark.asyncio
    async def test_another_process_is_refused(self, path, build):
        store = await open_sqlite(path, build.at)
        program = (
            "import asyncio, sys\nfrom datetime import UTC, datetime\n"
            "from bot.store.faults import StoreFault\nfrom bot.store.registry import open_store\n"
            "try: asyncio.run(open_store(sys.argv[1], datetime(2026, 3, 6, tzinfo=UTC)))\n"
            "except StoreFault as fault: print(ascii(str(fault)))\n"
        )
        child = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", program, f"sqlite:{path}"], capture_output=True, check=True
        )
        assert str(os.getpid()).encode() in child.stdout
        await store.close()

    @pytest.mark.asyncio
    async def test_a_second_name_on_the_disk_is_refused_until_it_is_gone(self, path, tmp_path, build):
        await (await open_sqlite(path, build.at)).close()
        other = tmp_path / "other.db"
        other.hardlink_to(path)
        for each in (path, other):
            with pytest.raises(StoreFault, match="硬链接"):
                await open_sqlite(each, build.at)
        other.unlink()
        await (await open_sqlite(path, build.at)).close()

    @pytest.mark.asyncio
    async def test_all_open_tickets_are_listed_unless_fewer_are_asked_for(self, path, build):
        store = await open_sqlite(path, build.at)
        every = [build.opened(number) for number in range(1, 1102)]
        await asyncio.gather(*(store.commit(build.change(tickets=(each,))) for each in every))
        assert len(await store.open_tickets()) == len(await store.open_tickets(room="yucai")) == 1101
        assert [each.number for each in await store.open_tickets(limit=2)] == [1, 2]
        await store.close()

    @pytest.mark.skipif(os.name != "posix", reason="links ask for rights on Windows")
    @pytest.mark.asyncio
    async def test_a_database_is_one_and_for_its_user_only_by_whatever_link_it_is_opened(
        self, path, tmp_path, build
    ):
        link = tmp_path / "link.db"
        link.symlink_to(path)
        store = await open_store(f"sqlite:{link}", build.at)
        with pytest.raises(StoreFault, match=rf"进程号 {os.getpid()}"):
            await open_store(f"sqlite:{path}", build.at)
        assert not path.stat().st_mode & 0o077
        assert link.is_symlink()
        await store.close()

    @pytest.mark.asyncio
    async def test_a_store_that_could_not_be_opened_holds_no_lock(self, path, build):
        path.write_bytes(b"no database at all")
        with pytest.raises(StoreFault):
            await open_sqlite(path, build.at)
        path.unlink()
        await (await open_sqlite(path, build.at)).close()


class TestFile:
    @pytest.mark.asyncio
    async def test_missing_folders_are_made(self, tmp_path, build):
        path = tmp_path / "a" / "b" / "store.db"
        await (await open_store(f"sqlite:{path}", build.at)).close()
        assert path.is_file()

    @pytest.mark.asyncio
    async def test_nothing_but_the_database_and_its_lock_is_left(self, path, build):
        store = await open_sqlite(path, build.at)
        await store.commit(build.change(seen="m1"))
        await store.close()
        await store.close()
        assert sorted(file.name for file in path.parent.iterdir()) == ["store.db", "store.db.lock"]

    @pytest.mark.asyncio
    async def test_a_path_with_odd_characters_works(self, tmp_path, build):
        store = await open_store(f"sqlite:{tmp_path}/育才 100%?#.db", build.at)
        await store.commit(build.change(seen="m1"))
        assert await store.is_seen("m1")
        await store.close()
        assert (tmp_path / "育才 100%?#.db").is_file()

    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"PK\x03\x04 a spreadsheet", "不是数据库"),
            (b"SQLite", "不是数据库"),
            (b"SQLite format 3\0" + b"\xff" * 5000, "已损坏"),
        ],
        ids=["other", "cut", "broken"],
    )
    async def test_a_file_that_is_no_database_is_left_alone(self, path, build, content, says):
        path.write_bytes(content)
        with pytest.raises(StoreFault, match=says):
            await open_sqlite(path, build.at)
        assert path.read_bytes() == content

    @pytest.mark.asyncio
    async def test_an_empty_file_becomes_a_database(self, path, build):
        path.touch()
        await (await open_sqlite(path, build.at)).close()

    @pytest.mark.asyncio
    async def test_the_database_of_another_program_is_left_alone(self, path, build):
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE photos (id)")
        before = path.read_bytes()
        with pytest.raises(StoreFault, match="别的程序"):
            await open_sqlite(path, build.at)
        assert path.read_bytes() == before

    @pytest.mark.asyncio
    async def test_a_place_that_cannot_be_written_is_named(self, tmp_path, build):
        (tmp_path / "file").touch()
        (tmp_path / "folder.db").mkdir()
        for place in ("file/store.db", "folder.db"):
            with pytest.raises(StoreFault, match=r"写不了.*请"):
                await open_sqlite(tmp_path / place, build.at)

    @pytest.mark.asyncio
    async def test_a_closed_store_says_so(self, path, build):
        store = await open_sqlite(path, build.at)
        await store.close()
        for use in (
            lambda: store.commit(build.change(seen="m1")),
            lambda: store.ticket(1),
            lambda: store.open_tickets(),
            lambda: store.update_outgoing([build.message("o1")]),
        ):
            with pytest.raises(StoreFault):
                await use()

    @pytest.mark.skipif(os.name != "posix", reason="files belong to people only there")
    @pytest.mark.asyncio
    async def test_only_its_user_can_read_what_people_said(self, path, build):
        store = await open_sqlite(path, build.at)
        await store.commit(build.change(seen="m1"))
        beside = [each for each in path.parent.iterdir() if each.suffix != ".lock"]
        assert {each.name for each in beside} >= {path.name, f"{path.name}-wal"}
        assert {each.stat().st_mode & 0o077 for each in beside} == {0}
        await store.close()

    @pytest.mark.asyncio
    async def test_commits_are_durable(self, path, build):
        with closing(open_for_writing(path, build.at, known_migrations())) as connection:
            pragmas = ("journal_mode", "synchronous", "foreign_keys")
            assert [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas] == ["wal", 2, 1]

    @pytest.mark.asyncio
    async def test_anybody_can_check_the_archive_with_sha_256_and_read_it_as_json(self, path, build):
        store = await open_sqlite(path, build.at)
        opened = build.opened(1001)
        await store.commit(build.change(tickets=(opened, build.noted(opened.ticket, "换了墨盒"))))
        await store.close()
        previous = ""
        with closing(sqlite3.connect(path)) as plain:
            rows = plain.execute("SELECT body, hash FROM records ORDER BY number, seq").fetchall()
            (text,) = plain.execute("SELECT json_extract(body, '$.text') FROM tickets").fetchone()
        for body, chain_hash in rows:
            assert hashlib.sha256(previous.encode() + body.encode()).hexdigest() == chain_hash
            previous = chain_hash
        assert [json.loads(body)[3]["text"] for body, _ in rows] == ["打印机坏了", "换了墨盒"]
        assert text == "打印机坏了"


class TestMigrations:
    NEWEST = known_migrations()[-1].version
    LATER = Migration(
        NEWEST + 1, "ALTER TABLE entries ADD COLUMN customer TEXT; CREATE TABLE more (id INTEGER);"
    )

    @pytest.mark.asyncio
    async def test_an_older_database_is_brought_up_to_date_and_a_copy_is_left(self, path, build):
        store = await open_sqlite(path, build.at)
        opened = build.opened(1001)
        await store.commit(build.change(tickets=(opened,)))
        await store.close()
        store = await open_sqlite(path, build.at, migrations=(*known_migrations(), self.LATER))
        assert await store.ticket(1001) == opened.ticket
        await store.close()
        with closing(sqlite3.connect(path)) as after:
            assert after.execute("PRAGMA user_version").fetchone() == (self.LATER.version,)
            assert after.execute("SELECT count(*) FROM more").fetchone() == (0,)
        left = path.with_name(f"store.db.before-v{self.LATER.version}")
        assert os.name != "posix" or not left.stat().st_mode & 0o077
        copy = await open_sqlite(left, build.at)
        assert await copy.ticket(1001) == opened.ticket
        await copy.close()

    @pytest.mark.asyncio
    async def test_a_new_database_needs_no_copy(self, path, build):
        await (await open_sqlite(path, build.at, migrations=(*known_migrations(), self.LATER))).close()
        assert not list(path.parent.glob("*.before-*"))

    @pytest.mark.asyncio
    async def test_a_migration_that_fails_changes_nothing(self, path, build):
        await (await open_sqlite(path, build.at)).close()
        faulty = Migration(
            self.LATER.version + 1, "CREATE TABLE half (id INTEGER); ALTER TABLE nowhere ADD COLUMN x TEXT;"
        )
        with pytest.raises(StoreFault, match="nowhere"):  # nor does the one before it
            await open_sqlite(path, build.at, migrations=(*known_migrations(), self.LATER, faulty))
        with closing(sqlite3.connect(path)) as after:
            assert after.execute("PRAGMA user_version").fetchone() == (self.NEWEST,)
            assert after.execute("SELECT 1 FROM sqlite_schema WHERE name = 'half'").fetchall() == []
        await (await open_sqlite(path, build.at)).close()

    @pytest.mark.asyncio
    async def test_a_database_of_a_newer_program_is_refused(self, path, build):
        await (await open_sqlite(path, build.at, migrations=(*known_migrations(), self.LATER))).close()
        with pytest.raises(StoreFault, match="升级程序"):
            await open_sqlite(path, build.at)

    def test_versions_follow_one_another(self):
        assert [one.version for one in known_migrations()] == list(range(1, len(known_migrations()) + 1))


class TestArchive:
    @pytest.mark.asyncio
    async def test_it_stands_still_while_the_bot_goes_on(self, path, build):
        store = await open_sqlite(path, build.at)
        first = build.opened(1)
        await store.commit(build.change(seen="m1", tickets=(first,)))
        archive = await open_sqlite_archive(path)
        await store.commit(build.change(seen="m2", tickets=(build.noted(first.ticket), build.opened(2))))
        ((_, kept),) = await archive.export(Part.TICKETS)
        assert kept.ticket == first.ticket
        assert first_broken(kept) is None
        assert [seen.key for _, seen in await archive.export(Part.SEEN)] == ["m1"]
        await archive.close()
        await store.close()

    @pytest.mark.asyncio
    async def test_it_reads_every_table_there_is(self, path, build):
        # A new table must be copied too, or be none that is worth it.
        with closing(open_for_writing(path, build.at, known_migrations())) as connection:
            tables = {
                name
                for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
                if not name.startswith("sqlite_")
            }
        read = " ".join(QUERIES[name] for name in QUERIES if name.startswith("export_"))
        assert tables - {"meta", "vectors"} == {name for name in tables if f"FROM {name} " in read}

    @pytest.mark.asyncio
    async def test_there_must_be_a_database_of_ours_and_of_today(self, path, build):
        with pytest.raises(StoreFault, match="还没有数据库"):
            await open_sqlite_archive(path)
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE t (a)")
        with pytest.raises(StoreFault, match="别的程序"):
            await open_sqlite_archive(path)
        path.unlink()
        await (await open_sqlite(path, build.at, migrations=known_migrations()[:1])).close()
        with pytest.raises(StoreFault, match="旧版本"):
            await open_sqlite_archive(path)
        later = (*known_migrations(), TestMigrations.LATER)
        await (await open_sqlite(path, build.at, migrations=later)).close()
        with pytest.raises(StoreFault, match="升级程序"):
            await open_sqlite_archive(path)

    @pytest.mark.asyncio
    async def test_a_broken_file_is_one_sentence(self, path, build):
        path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
        with pytest.raises(StoreFault, match=r"store\.db"):
            await open_sqlite_archive(path)


class TestAddresses:
    @pytest.mark.asyncio
    async def test_an_unknown_kind_names_the_known_ones(self, build):
        with pytest.raises(StoreFault, match="可用：sqlite"):
            await open_store("mysql://localhost/x", build.at)

    @pytest.mark.asyncio
    async def test_a_missing_file_name_is_told_with_an_example(self, build):
        with pytest.raises(StoreFault, match=r"sqlite:data/shouwen\.db"):
            await open_store("sqlite:", build.at)

    @pytest.mark.asyncio
    async def test_three_slashes_are_an_absolute_path(self, path, build):
        await (await open_store(f"sqlite://{path}", build.at)).close()
        assert path.is_file()


class TestQueries:
    @pytest.mark.parametrize("name", sorted(QUERIES))
    def test_every_query_finds_its_rows_by_an_index(self, path, build, name):
        with closing(open_for_writing(path, build.at, known_migrations())) as connection:
            count = QUERIES[name].count("?1") or QUERIES[name].count("?")
            values = (1,) * (2 if "?2" in QUERIES[name] else count)
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {QUERIES[name]}", values)]
        assert not [step for step in plan if "TEMP B-TREE" in step]
        given = (
            "SCAN CONSTANT ROW",
            "SCAN delivered",
            "SCAN saved",
            "SCAN json_each VIRTUAL TABLE INDEX 1:",
        )  # the values themselves
        assert not [
            step for step in plan if step.startswith("SCAN") and "INDEX" not in step and step not in given
        ]

    def test_a_name_is_given_once(self):
        with pytest.raises(ValueError, match="twice"):
            named_queries("-- a --\nSELECT 1\n-- a --\nSELECT 2\n")


def test_a_database_at_rest_is_read_where_nothing_may_be_written_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with closing(sqlite3.connect(file)) as writing:
        writing.execute("PRAGMA journal_mode = WAL")
        writing.execute("CREATE TABLE said (text TEXT)")
        writing.execute("INSERT INTO said VALUES ('甲')")
        writing.commit()
        assert "immutable" not in reading_address(file, may_write=False)  # somebody has it open, and a log
    address = reading_address(file, may_write=False)
    assert address.endswith("?mode=ro&immutable=1")
    assert reading_address(file, may_write=True).endswith("?mode=ro")
    with closing(sqlite3.connect(address, uri=True)) as reading:
        assert reading.execute("SELECT text FROM said").fetchall() == [("甲",)]
    assert [each.name for each in tmp_path.iterdir()] == ["store.db"]
