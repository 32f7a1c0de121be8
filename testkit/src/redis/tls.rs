//! Certificates of a Redis, its authority's own.
use std::{
    fs,
    path::{Path, PathBuf},
};

use deadpool_redis::redis::{ClientTlsConfig, TlsCertificates};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;

/// An authority, a certificate for servers on loopback, and one for clients: files that go when dropped.
pub struct RedisTls {
    folder: TempDir,
}

impl RedisTls {
    /// Makes them. Nobody else's authority vouches for them.
    #[expect(clippy::new_without_default, reason = "every one is another")]
    #[must_use]
    pub fn new() -> Self {
        let tls = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let issuer = tls.authorise();
        tls.issue("server", &issuer);
        tls.issue("client", &issuer);
        tls
    }

    /// The authority's certificate, PEM.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.file("authority.crt")
    }

    /// A client's certificate, PEM.
    #[must_use]
    pub fn client_certificate(&self) -> PathBuf {
        self.file("client.crt")
    }

    /// The key of a client's certificate, PEM.
    #[must_use]
    pub fn client_key(&self) -> PathBuf {
        self.file("client.key")
    }

    /// What a client needs to be sure of the server, and the server of it.
    pub(super) fn of_clients(&self) -> TlsCertificates {
        TlsCertificates {
            client_tls: Some(ClientTlsConfig {
                client_cert: fs::read(self.client_certificate()).unwrap(),
                client_key: fs::read(self.client_key()).unwrap(),
            }),
            root_cert: Some(fs::read(self.authority()).unwrap()),
        }
    }

    /// The lines of `redis.conf` that name a server's files. It shows the same ones as a client of others.
    pub(super) fn lines(&self) -> Vec<String> {
        let files = [
            ("tls-cert-file", "server.crt"),
            ("tls-key-file", "server.key"),
            ("tls-ca-cert-file", "authority.crt"),
        ];
        let line = |(setting, name)| format!("{setting} \"{}\"", self.file(name).display());
        files.map(line).to_vec()
    }

    fn authorise(&self) -> Issuer<'static, KeyPair> {
        let mut params = named("authority", Vec::new());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        fs::write(self.authority(), certificate.pem()).unwrap();
        Issuer::new(params, key)
    }

    fn issue(&self, name: &str, issuer: &Issuer<'static, KeyPair>) {
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let params = named(name, names);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, issuer).unwrap();
        fs::write(self.file(&format!("{name}.crt")), certificate.pem()).unwrap();
        fs::write(self.file(&format!("{name}.key")), key.serialize_pem()).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::new(self.folder.path()).join(name)
    }
}

/// OpenSSL takes a certificate whose subject has its issuer's name for one that vouches for itself.
fn named(name: &str, names: Vec<String>) -> CertificateParams {
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
