# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Certificates for mutual TLS, made by openssl while the test runs; none lies in the repository."""

import pathlib
import shutil
import subprocess

EXTENSIONS = """
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:localhost, DNS:*.cell.service.cf.internal, IP:127.0.0.1
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
"""


class Certificates:
    """An authority, a rep's certificate, a client's, and a client's of an authority that nobody trusts.

    Each is a pair of files: certificate, key. authority is the file to trust.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.extensions = self.folder / "extensions.cnf"
        self.extensions.write_text("[req]\ndistinguished_name = name\n[name]\n" + EXTENSIONS)
        self.authority, authority_key = self._authority("authority")
        self.server = self._signed("rep", "server", self.authority, authority_key)
        self.client = self._signed("executor", "client", self.authority, authority_key)
        self.expired_client = self._signed("late", "client", self.authority, authority_key, expired=True)
        other_authority, other_key = self._authority("other-authority")
        self.stranger = self._signed("stranger", "client", other_authority, other_key)

    @staticmethod
    def why_unavailable():
        return None if shutil.which("openssl") else "openssl is missing (Debian's package openssl)"

    def _run(self, *arguments):
        result = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True,
                                check=False)
        if result.returncode != 0:
            raise AssertionError("openssl %s: %s" % (arguments[0], result.stderr))

    def _authority(self, name):
        certificate, key = self.folder / (name + ".crt"), self.folder / (name + ".key")
        self._run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                  "-days", "2", "-subj", "/CN=" + name, "-config", self.extensions, "-extensions", "authority")
        return certificate, key

    def _signed(self, name, kind, authority, authority_key, expired=False):
        certificate, key = self.folder / (name + ".crt"), self.folder / (name + ".key")
        request = self.folder / (name + ".csr")
        self._run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request,
                  "-subj", "/CN=" + name, "-config", self.extensions)
        # A certificate of no days has ended by the second after it was made.
        self._run("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key,
                  "-CAcreateserial", "-out", certificate, "-days", "0" if expired else "2",
                  "-extfile", self.extensions, "-extensions", kind)
        return certificate, key
