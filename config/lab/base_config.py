"""The least configuration with which a private Asterisk boots. Rule: pure text, listens on the loopback address only;
every file may be replaced, and every file that takes calls includes a folder of its own for additions."""

from pathlib import Path

from config.lab.ports import LOOPBACK, Ports

# Left out: what would listen on its own, wants hardware or another server, or is of no use to a voice counter.
_LEFT_OUT = """
chan_iax2 chan_mgcp chan_skinny chan_unistim chan_dahdi chan_console chan_alsa chan_oss chan_motif chan_mobile chan_ooh323
pbx_dundi pbx_ael pbx_lua
app_adsiprog app_agent_pool app_alarmreceiver app_amd app_confbridge app_festival app_followme app_getcpeid app_minivm app_page
app_voicemail app_voicemail_imap app_voicemail_odbc
cdr_adaptive_odbc cdr_csv cdr_custom cdr_manager cdr_odbc cdr_pgsql cdr_radius cdr_sqlite3_custom cdr_tds
cel_custom cel_manager cel_odbc cel_pgsql cel_radius cel_sqlite3_custom cel_tds
func_odbc res_odbc res_odbc_transaction res_config_odbc res_config_pgsql res_config_sqlite3 res_config_ldap
res_adsi res_aeap res_calendar res_calendar_caldav res_calendar_ews res_calendar_exchange res_calendar_icalendar res_clialiases
res_fax res_fax_spandsp res_geolocation res_hep res_hep_pjsip res_hep_rtcp res_http_media_cache res_parking res_phoneprov
res_pjsip_config_wizard res_pjsip_geolocation res_pjsip_notify res_pjsip_phoneprov_provider res_pjsip_stir_shaken res_pktccops
res_prometheus res_smdi res_snmp res_speech_aeap res_statsd res_stir_shaken res_stun_monitor res_xmpp
"""

# Asterisk calls a missing file an error even where an empty one will do.
_EMPTY = "acl ari ccss cel chan_websocket features pjproject queuerules statsd udptl websocket_client"


def base_config(folder: Path, modules: str, ports: Ports) -> dict[str, str]:
    """File name to text. ``folder`` holds the instance; ``modules`` is Asterisk's module folder in the tree."""
    return {
        "asterisk.conf": _asterisk(folder, modules),
        "modules.conf": "[modules]\nautoload=yes\n" + "".join(f"noload => {name}.so\n" for name in _LEFT_OUT.split()),
        "logger.conf": "[general]\ndateformat=%F %T.%3q\nqueue_log=no\n[logfiles]\nmessages.log => notice,warning,error\n",
        "pjsip.conf": _pjsip(ports),
        "rtp.conf": f"[general]\nrtpstart={ports.rtp_first}\nrtpend={ports.rtp_last}\nstrictrtp=no\nicesupport=no\n",
        "manager.conf": _manager(ports),
        "extensions.conf": '[globals]\n\n#tryinclude "extensions.d/*.conf"\n',
        "queues.conf": '[general]\npersistentmembers=no\n\n#tryinclude "queues.d/*.conf"\n',
        "indications.conf": '#include "/etc/asterisk/indications.conf"\n',
        "http.conf": "[general]\nenabled=no\n",
        "cdr.conf": "[general]\nenable=no\n",
        "musiconhold.conf": "[general]\n",
        **{f"{name}.conf": "" for name in _EMPTY.split()},
    }


def _asterisk(folder: Path, modules: str) -> str:
    # astrundir is a private tmpfs: a socket's path may not be longer than 107 bytes, an instance's folder may.
    return f"""[directories]
astetcdir => {folder}/etc
astmoddir => {modules}
astvarlibdir => {folder}/lib
astdbdir => {folder}/lib
astkeydir => {folder}/lib
astdatadir => /usr/share/asterisk
astagidir => {folder}/lib
astspooldir => {folder}/spool
astrundir => /run/guichet
astlogdir => {folder}/log
astcachedir => {folder}/cache
astsbindir => /usr/sbin

[options]
defaultlanguage = fr
nocolor = yes
"""


def _pjsip(ports: Ports) -> str:
    return f"""[global]
type=global
user_agent=Guichet
endpoint_identifier_order=auth_username,username,ip

[system]
type=system

[transport-udp]
type=transport
protocol=udp
bind={LOOPBACK}:{ports.sip}

#tryinclude "pjsip.d/*.conf"
"""


def _manager(ports: Ports) -> str:
    return f"""[general]
enabled=yes
webenabled=no
bindaddr={LOOPBACK}
port={ports.manager}

#tryinclude "manager.d/*.conf"
"""
