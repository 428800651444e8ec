"""The ``zhiye`` command."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal

import psutil
import typer
import uvloop

from zhiye_contracts.reasons import Refused
from zhiye_launcher.language import say, terminal_language

app = typer.Typer(
    help="电子化注册系统 zhiye · electronic registration of nurses, physicians, institutions",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
dead_letters = typer.Typer(help="Events that a service gave up on.", no_args_is_help=True)
app.add_typer(dead_letters, name="dead-letters")

Port = Annotated[int, typer.Option(help="Port of the gateway")]
Host = Annotated[str, typer.Option(help="Address to listen on")]
Var = Annotated[Path, typer.Option(help="Folder for data, secrets and logs")]
Demo = Annotated[bool, typer.Option(help="Demo data, log-ins and the development message sink")]


def run_async(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it; a refusal is told as reason and next step, and exits 1.

    SIGTERM ends it as Ctrl-C does, so that what it started is stopped too.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return uvloop.run(work)
    except Refused as refusal:
        language = terminal_language()
        for reason in refusal.reasons:
            typer.echo(
                f"{reason.reason.read(language)}\n→ {reason.next_step.read(language)}", err=True
            )
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _started() -> float:
    """When this process was started, seconds since the epoch."""
    return float(psutil.Process().create_time())


@app.command()
def run(
    host: Host = "127.0.0.1",
    port: Port = 8080,
    var: Var = Path("var"),
    demo: Annotated[
        bool | None,
        typer.Option(help="Demo data and development mode; by default when only this machine asks"),
    ] = None,
) -> None:
    """Everything in one process, on a PostgreSQL of its own (embedded profile)."""
    from zhiye_launcher import embedded

    if demo is None:  # its passwords are known to everybody
        demo = host in ("127.0.0.1", "::1", "localhost")

    run_async(embedded.run(var.absolute(), host, port, demo=demo, started=_started()))


@app.command()
def up(
    postgres: Annotated[
        str, typer.Option(help="postgresql://… of a server", envvar="ZHIYE_POSTGRES")
    ],
    amqp: Annotated[str, typer.Option(help="amqp://… of RabbitMQ", envvar="ZHIYE_AMQP_URL")],
    host: Host = "127.0.0.1",
    port: Port = 8080,
    var: Var = Path("var"),
    demo: Demo = False,
) -> None:
    """Every service a process of its own, on the given PostgreSQL and RabbitMQ (local profile)."""
    from zhiye_launcher import distributed

    run_async(
        distributed.up(postgres, amqp, var.absolute(), host, port, demo=demo, started=_started())
    )


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help="A service's name, or gateway")],
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """One service, or the gateway, as this process; settings from the environment."""
    from zhiye_launcher import distributed

    if service == "gateway":
        run_async(distributed.serve_gateway(host, port))
    else:
        run_async(distributed.serve_service(service, host, port))


@app.command()
def migrate(
    postgres: Annotated[
        str, typer.Option(help="postgresql://… of a server", envvar="ZHIYE_POSTGRES")
    ],
) -> None:
    """Create every service's database, or bring it up to date."""
    from zhiye_launcher import distributed

    run_async(distributed.migrate_all(postgres))


@app.command()
def topology(
    amqp: Annotated[str, typer.Option(help="amqp://… of RabbitMQ", envvar="ZHIYE_AMQP_URL")],
) -> None:
    """Declare every queue and binding, before any service of a release starts."""
    from zhiye_launcher import distributed

    run_async(distributed.declare_topology(amqp))


@app.command()
def demo(
    address: Annotated[str, typer.Option(help="The gateway")] = "http://127.0.0.1:8080",
) -> None:
    """Tell the main job against a running system, step by step."""
    from zhiye_launcher import demo_story

    raise typer.Exit(run_async(demo_story.tell(address)))


@app.command()
def keys() -> None:
    """Fresh secrets, printed as an .env file for docker compose."""
    from zhiye_launcher.secrets_file import as_env_file

    typer.echo(as_env_file(), nl=False)


@app.command()
def generate(
    check: Annotated[bool, typer.Option(help="Only say what is out of date, and exit 1")] = False,
) -> None:
    """Write the documents that are made from the code: AsyncAPI, JSON Schemas, OpenAPI, policy."""
    from zhiye_launcher import documents

    stale = documents.write(Path.cwd(), check=check)
    for path in stale:
        typer.echo(f"{'out of date' if check else 'written'}: {path}")
    if check and stale:
        typer.echo("→ make generate", err=True)
        raise typer.Exit(1)


@app.command(name="publish-events")
def publish_events() -> None:
    """Freeze the schemas of new events: from then on a breaking change to them is refused."""
    from zhiye_launcher import documents

    for path in documents.publish(Path.cwd()):
        typer.echo(f"published: {path}")


@app.command(name="new-migration")
def new_migration(service: str, message: str) -> None:
    """Write the next migration of a service from the difference between tables and history."""
    from zhiye_launcher import migrations

    run_async(migrations.write(service, message))


@app.command(name="generate-exams")
def generate_exams(
    count: int = 1000,
    seed: int = 1,
    year: int = 2026,
    dirty: Annotated[float, typer.Option(help="Share of faulty records")] = 0.03,
    format: Annotated[Literal["ndjson", "csv"], typer.Option()] = "ndjson",
    profession: Annotated[Literal["nurse", "physician"], typer.Option()] = "nurse",
) -> None:
    """Print realistic exam results, of physicians recognitions too; the same seed gives the same
    file."""
    from zhiye_launcher.generator import generate_exam_results, write

    records = generate_exam_results(count, seed, year, dirty=dirty, profession=profession)
    write(records, sys.stdout, format)


DatabaseUrl = Annotated[
    str,
    typer.Option(
        help="The service's database, postgresql+asyncpg://…", envvar="ZHIYE_DATABASE_URL"
    ),
]


@dead_letters.command(name="list")
def list_(database: DatabaseUrl) -> None:
    """Id, type, error, tries and times of each; no content."""
    from zhiye_launcher import operate

    run_async(operate.list_dead(database))


@dead_letters.command()
def show(event_id: str, database: DatabaseUrl) -> None:
    """One dead letter whole; sealed fields stay sealed."""
    from zhiye_launcher import operate

    run_async(operate.show(database, event_id))


@dead_letters.command()
def replay(
    database: DatabaseUrl,
    event_id: Annotated[str | None, typer.Argument(help="Leave out with --all")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every one of them")] = False,
) -> None:
    """Have it tried again by the running service."""
    from zhiye_launcher import operate

    if (event_id is None) != all_:
        raise typer.BadParameter(say("给出编号，或使用 --all", "give an id, or --all"))
    run_async(operate.replay(database, event_id))


@dead_letters.command()
def drop(event_id: str, database: DatabaseUrl) -> None:
    """Delete it for good."""
    from zhiye_launcher import operate

    run_async(operate.drop(database, event_id))


def main() -> None:
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    app()


if __name__ == "__main__":
    main()
