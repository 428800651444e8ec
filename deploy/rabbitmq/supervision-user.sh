#!/bin/sh
# The own user of the broker of a health supervision system: made, or its password and rights set
# anew.
#
#   SUPERVISION_PASSWORD=… docker compose exec -T -e SUPERVISION_PASSWORD rabbitmq sh -s \
#     < deploy/rabbitmq/supervision-user.sh         # user supervision; or `sh -s <user> <vhost>`
#
# It may publish penalties to the exchange supervision, and fetch from the queue supervision.inbox.
# It declares nothing, binds nothing and sees nothing else. Exchange and queue are made by
# `zhiye topology`.
set -eu
user=${1:-supervision}
vhost=${2:-/}
: "${SUPERVISION_PASSWORD:?set SUPERVISION_PASSWORD}"

if rabbitmqctl --quiet list_users --no-table-headers | cut -f1 | grep -qxF "$user"; then
    printf '%s\n' "$SUPERVISION_PASSWORD" | rabbitmqctl --quiet change_password "$user"
else
    printf '%s\n' "$SUPERVISION_PASSWORD" | rabbitmqctl --quiet add_user "$user"
fi
rabbitmqctl --quiet set_user_tags "$user"
rabbitmqctl --quiet set_permissions -p "$vhost" "$user" '^$' '^supervision$' '^supervision\.inbox$'
rabbitmqctl --quiet set_topic_permissions -p "$vhost" "$user" supervision \
    '^supervision\.penalty-stated\.v[0-9]+$' '^$'
rabbitmqctl --quiet set_user_limits "$user" '{"max-connections": 10, "max-channels": 50}'
