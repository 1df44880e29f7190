#!/bin/sh
# To be called by the ACME client after each renewal, as root:
#   certbot certonly --webroot -w {{ webroot | shell }} -d {{ name | shell }} --deploy-hook {{ place | shell }}
#   acme.sh --issue -w {{ webroot | shell }} -d {{ name | shell }}
#   acme.sh --install-cert -d {{ name | shell }} --fullchain-file {{ certificate | shell }} --key-file {{ key | shell }} --reloadcmd {{ place | shell }}
set -eu
umask 077
certificate={{ certificate | shell }}
key={{ key | shell }}
if [ -n "${RENEWED_LINEAGE:-}" ]; then
    mkdir -p "$(dirname "$certificate")"
    install -m 0600 -o {{ user | shell }} "$RENEWED_LINEAGE/privkey.pem" "$key.new"
    install -m 0644 -o {{ user | shell }} "$RENEWED_LINEAGE/fullchain.pem" "$certificate.new"
    mv -f "$key.new" "$key"
    mv -f "$certificate.new" "$certificate"
fi
nginx -t
nginx -s reload
