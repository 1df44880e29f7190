#!/bin/sh
# For machines with SELinux (Red Hat): what nginx and systemd may do with Cordboard's files and ports. As root, once.
set -eu
setsebool -P httpd_can_network_connect 1
label() {
    semanage fcontext -a -t "$1" "$2" 2>/dev/null || semanage fcontext -m -t "$1" "$2"
}
port() {
    semanage port -a -t "$1" -p "$2" "$3" 2>/dev/null || semanage port -m -t "$1" -p "$2" "$3"
}
label bin_t {{ (install_directory ~ "/bin(/.*)?") | shell }}
label cert_t {{ certificate | shell }}
label cert_t {{ certificate_key | shell }}
label httpd_sys_content_t {{ (acme_directory ~ "(/.*)?") | shell }}
label httpd_log_t {{ (log_directory ~ "(/.*)?") | shell }}
{% for number in ports %}
port http_port_t tcp {{ number }}
{% endfor %}
for path in {{ install_directory | shell }} {{ certificate | shell }} {{ certificate_key | shell }} {{ acme_directory | shell }} {{ log_directory | shell }}; do
    if [ -e "$path" ]; then restorecon -R "$path"; fi
done
# What is refused nevertheless:  ausearch -m AVC -ts recent
