#!/bin/sh
# The same for firewalld, into the zone that faces agents and SIP Server (FIREWALLD_ZONE, or the default one).
# What is not opened here firewalld keeps closed.
set -eu
zone=${FIREWALLD_ZONE:-$(firewall-cmd --get-default-zone)}
{% for rule in rules %}
# {{ rule.why | comment }}
{% if rule.open %}
{% for port in rule.ports %}
firewall-cmd --permanent --zone="$zone" --add-port={{ (port ~ "/" ~ rule.protocol) | shell }}
{% endfor %}
{% else %}
{% for rich in rule.rich %}
firewall-cmd --permanent --zone="$zone" --add-rich-rule={{ rich | shell }}
{% endfor %}
{% endif %}
{% endfor %}
firewall-cmd --reload
firewall-cmd --zone="$zone" --list-ports
