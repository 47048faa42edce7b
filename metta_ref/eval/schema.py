"""Tables and views of a stats database, in the SQL that DuckDB and PostgreSQL share.

One row of `agent_metrics` exists only for a metric that was recorded, and a recorder leaves out zeros; the
views therefore come in a pair: `policy_simulation_agent_samples` holds every agent of every episode,
`policy_simulation_agent_metrics` only what was recorded. Every mean in `eval_stats_db` divides the second by
the first.
"""

from typing import Final

FORMAT_VERSION: Final = 1

_TEXT: Final = 'TEXT COLLATE "C"'
"""Sorted by its bytes, so that a server of any language answers in the same order as a file."""

TABLES: Final[dict[str, str]] = {
    "simulations": f"""
        CREATE TABLE simulations (
            id {_TEXT} PRIMARY KEY, name {_TEXT} NOT NULL, env {_TEXT} NOT NULL,
            policy_key {_TEXT} NOT NULL, policy_version INTEGER NOT NULL,
            created_at TIMESTAMP NOT NULL, finished_at TIMESTAMP)""",
    "episodes": f"""
        CREATE TABLE episodes (
            id {_TEXT} PRIMARY KEY, simulation_id {_TEXT} NOT NULL, step_count INTEGER NOT NULL,
            created_at TIMESTAMP NOT NULL, completed_at TIMESTAMP, replay_url TEXT)""",
    "episode_attributes": f"""
        CREATE TABLE episode_attributes (
            episode_id {_TEXT}, attribute {_TEXT}, value TEXT NOT NULL,
            PRIMARY KEY (episode_id, attribute))""",
    "agent_groups": f"""
        CREATE TABLE agent_groups (
            episode_id {_TEXT}, group_id INTEGER, agent_id INTEGER,
            PRIMARY KEY (episode_id, group_id, agent_id))""",
    "agent_policies": f"""
        CREATE TABLE agent_policies (
            episode_id {_TEXT}, agent_id INTEGER, policy_key {_TEXT} NOT NULL,
            policy_version INTEGER NOT NULL, PRIMARY KEY (episode_id, agent_id))""",
    "agent_metrics": f"""
        CREATE TABLE agent_metrics (
            episode_id {_TEXT}, agent_id INTEGER, metric {_TEXT}, value FLOAT8 NOT NULL,
            PRIMARY KEY (episode_id, agent_id, metric))""",
}
"""Name to definition, parents before children."""

EPISODE_CHILDREN: Final = ("episode_attributes", "agent_groups", "agent_policies", "agent_metrics")
"""Tables whose rows belong to one episode and enter or stay out with it."""

VIEWS: Final[dict[str, str]] = {
    "policy_simulation_agent_samples": """
        CREATE VIEW policy_simulation_agent_samples AS
        SELECT ap.policy_key, ap.policy_version, s.name AS sim_name, s.env AS sim_env,
               e.id AS episode_id, ap.agent_id,
               EXISTS (SELECT 1 FROM agent_metrics am
                       WHERE am.episode_id = ap.episode_id AND am.agent_id = ap.agent_id) AS measured
        FROM agent_policies ap
        JOIN episodes e ON e.id = ap.episode_id
        JOIN simulations s ON s.id = e.simulation_id""",
    "policy_simulation_agent_metrics": """
        CREATE VIEW policy_simulation_agent_metrics AS
        SELECT p.policy_key, p.policy_version, p.sim_name, p.sim_env,
               p.episode_id, p.agent_id, am.metric, am.value
        FROM policy_simulation_agent_samples p
        JOIN agent_metrics am ON am.episode_id = p.episode_id AND am.agent_id = p.agent_id""",
}

FORMAT_TABLE: Final = "stats_format"
FORMAT: Final = f"CREATE TABLE {FORMAT_TABLE} AS SELECT {FORMAT_VERSION} AS version"
"""Tells a stats database from any other, and one format from the next."""
