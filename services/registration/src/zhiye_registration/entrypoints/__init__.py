"""HTTP routes and schemas, the subscription table, the policy document."""
