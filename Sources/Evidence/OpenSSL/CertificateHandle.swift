import COpenSSL

/// Owns one `X509`.
// Sendable because the certificate is not changed after init, which also fills OpenSSL's lazy cache of extensions.
final class CertificateHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(der: [UInt8], origin: String) throws(EvidenceError) {
        let parsed = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return d2i_X509(nil, &cursor, buffer.count)
        }
        guard let parsed else {
            throw OpenSSLQueue.error(
                .badCertificate, "\(origin) is not a readable certificate",
                chinese: "\(ChineseWording.source(origin))不是可读取的证书")
        }
        pointer = parsed
        guard X509_check_purpose(parsed, -1, 0) == 1 else {
            throw OpenSSLQueue.error(
                .badCertificate, "\(origin) has extensions that contradict each other",
                chinese: "\(ChineseWording.source(origin))的扩展项互相矛盾")
        }
    }

    deinit { X509_free(pointer) }

    var subject: String { name(X509_get_subject_name(pointer)) }
    var issuer: String { name(X509_get_issuer_name(pointer)) }

    /// The certified key, as OpenSSL decoded it along with the certificate: decoding it again would cost more than a
    /// signature check.
    func publicKey(origin: String) throws(EvidenceError) -> KeyHandle {
        guard let key = X509_get0_pubkey(pointer), EVP_PKEY_up_ref(key) == 1 else {
            throw OpenSSLQueue.error(
                .badCertificate, "\(origin) holds a key that cannot be read",
                chinese: "\(ChineseWording.source(origin))中的密钥无法读取")
        }
        return try KeyHandle(adopting: key, origin: "the key in \(origin)")
    }

    /// The subject key identifier, nil if the extension is absent.
    var keyIdentifier: [UInt8]? {
        guard let value = X509_get0_subject_key_id(pointer), let start = ASN1_STRING_get0_data(value) else {
            return nil
        }
        return Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(value))))
    }

    /// True unless keyUsage is present and allows neither kind of signature.
    var mayVerifySignatures: Bool {
        let usage = X509_get_key_usage(pointer)
        return usage == UInt32.max || usage & UInt32(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION) != 0
    }

    private func name(_ name: OpaquePointer?) -> String {
        let buffer = MemoryBuffer()
        guard copenssl_print_name(buffer.pointer, name) == 1 else {
            preconditionFailure("a name we hold cannot be printed: \(OpenSSLQueue.drain())")
        }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }
}

/// Owns a `STACK_OF(X509)`.
final class CertificateStack {
    let pointer: OpaquePointer

    init(_ certificates: [CertificateHandle]) {
        guard let pointer = copenssl_certificates_new() else { preconditionFailure("no memory for certificates") }
        self.pointer = pointer
        for certificate in certificates {
            guard copenssl_certificates_push(pointer, certificate.pointer) == 1 else {
                preconditionFailure("no memory for certificates")
            }
        }
    }

    deinit { copenssl_certificates_free(pointer) }
}

/// Owns an `X509_STORE`: the roots that are trusted, and the instant the chain is judged at.
final class TrustStore {
    let pointer: OpaquePointer

    init(_ roots: [CertificateHandle], at instant: Timestamp) {
        guard let pointer = X509_STORE_new() else { preconditionFailure("no memory for a trust store") }
        self.pointer = pointer
        for root in roots {
            // Fails only without memory; a root given twice counts as added.
            guard X509_STORE_add_cert(pointer, root.pointer) == 1 else {
                preconditionFailure("no memory for a trust store")
            }
        }
        let parameters = X509_STORE_get0_param(pointer)
        X509_VERIFY_PARAM_set_time(parameters, Int(instant.microseconds / 1_000_000))
        // 112 bits: no SHA-1 and no short RSA anywhere in a chain that evidence rests on.
        X509_VERIFY_PARAM_set_auth_level(parameters, 2)
    }

    deinit { X509_STORE_free(pointer) }

    /// Why a certificate does not lead to a trusted root at the instant, or nil if it does.
    func fault(of leaf: CertificateHandle, through intermediates: [CertificateHandle]) -> String? {
        let untrusted = CertificateStack(intermediates)
        let context = X509_STORE_CTX_new()
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_CTX_init(context, pointer, leaf.pointer, untrusted.pointer) == 1 else {
            return OpenSSLQueue.drain()
        }
        if X509_verify_cert(context) == 1 { return nil }
        _ = OpenSSLQueue.drain()
        return String(cString: X509_verify_cert_error_string(Int(X509_STORE_CTX_get_error(context))))
    }
}
