#!/bin/sh
# The exam centre's own user of the broker: made, or its password and rights set anew.
#
#   EXAM_CENTRE_PASSWORD=… docker compose exec -T -e EXAM_CENTRE_PASSWORD rabbitmq sh -s \
#     < deploy/rabbitmq/exam-centre-user.sh            # user exam-centre; or `sh -s <user> <vhost>`
#
# It may publish to the exchange exam-centre, there only what an exam centre states, and fetch from
# the queue exam-centre.inbox. It declares nothing, binds nothing and sees nothing else. Exchange
# and queue are made by `zhiye topology`.
set -eu
user=${1:-exam-centre}
vhost=${2:-/}
: "${EXAM_CENTRE_PASSWORD:?set EXAM_CENTRE_PASSWORD}"

if rabbitmqctl --quiet list_users --no-table-headers | cut -f1 | grep -qxF "$user"; then
    printf '%s\n' "$EXAM_CENTRE_PASSWORD" | rabbitmqctl --quiet change_password "$user"
else
    printf '%s\n' "$EXAM_CENTRE_PASSWORD" | rabbitmqctl --quiet add_user "$user"
fi
rabbitmqctl --quiet set_user_tags "$user"
rabbitmqctl --quiet set_permissions -p "$vhost" "$user" '^$' '^exam-centre$' '^exam-centre\.inbox$'
rabbitmqctl --quiet set_topic_permissions -p "$vhost" "$user" exam-centre \
    '^(zhiye\.)?exam-centre\.[a-z-]+\.v[0-9]+$' '^$'
rabbitmqctl --quiet set_user_limits "$user" '{"max-connections": 10, "max-channels": 50}'
