#!/bin/sh
# The own user of the broker of a system that feeds records: made, or its password and rights set
# anew.
#
#   FEED=assessment FEED_PASSWORD=… docker compose exec -T -e FEED -e FEED_PASSWORD rabbitmq sh -s \
#     < deploy/rabbitmq/feed-user.sh            # user assessment-feed; or `sh -s <user> <vhost>`
#
# FEED is assessment, residency, education or promotion.
#
# It may publish statements of its feed, and fetch from the inbox of its feed. It declares nothing,
# binds nothing and sees nothing else, of other feeds neither. Exchange and queue are made by
# `zhiye topology`.
set -eu
feed=${FEED:?set FEED}
user=${1:-$feed-feed}
vhost=${2:-/}
: "${FEED_PASSWORD:?set FEED_PASSWORD}"

case $feed in
    assessment | residency | education | promotion)
        exchange=record-feeds
        states="record-feeds\\.$feed-stated"
        inbox="record-feeds\\.$feed\\.inbox"
        ;;
    *)
        echo "no such feed: $feed" >&2
        exit 2
        ;;
esac

if rabbitmqctl --quiet list_users --no-table-headers | cut -f1 | grep -qxF "$user"; then
    printf '%s\n' "$FEED_PASSWORD" | rabbitmqctl --quiet change_password "$user"
else
    printf '%s\n' "$FEED_PASSWORD" | rabbitmqctl --quiet add_user "$user"
fi
rabbitmqctl --quiet set_user_tags "$user"
rabbitmqctl --quiet set_permissions -p "$vhost" "$user" '^$' "^$exchange\$" "^$inbox\$"
rabbitmqctl --quiet set_topic_permissions -p "$vhost" "$user" "$exchange" \
    "^$states\\.v[0-9]+\$" '^$'
rabbitmqctl --quiet set_user_limits "$user" '{"max-connections": 10, "max-channels": 50}'
