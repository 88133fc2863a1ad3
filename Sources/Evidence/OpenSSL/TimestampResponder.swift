import COpenSSL

/// Answers RFC 3161 requests with OpenSSL's own responder.
struct TimestampResponder: Sendable {
    let key: KeyHandle
    let certificate: CertificateHandle
    let chain: [CertificateHandle]
    let policy: String
    let accuracySeconds: Int32

    /// The DER reply to a DER request, a refusal included; throws only if no reply could be made at all.
    func reply(to request: [UInt8], at instant: Timestamp) throws(EvidenceError) -> [UInt8] {
        let context = try ResponderContext(self)
        let input = MemoryBuffer(request)
        var time = instant
        let reply = withUnsafeMutablePointer(to: &time) { pointer -> OpaquePointer? in
            // The pointer is used only within create_response, on this thread.
            TS_RESP_CTX_set_time_cb(context.pointer, giveTime, pointer)
            return TS_RESP_create_response(context.pointer, input.pointer)
        }
        guard let reply else { throw OpenSSLQueue.error(.cryptography, "no timestamp reply could be made") }
        defer { TS_RESP_free(reply) }
        // A refusal leaves its reason in the queue too; the reply carries it.
        _ = OpenSSLQueue.drain()
        return encodeDER { i2d_TS_RESP(reply, $0) }
    }

    /// Finds out whether the key and certificate may stamp at all.
    func check() throws(EvidenceError) { _ = try ResponderContext(self) }
}

/// Owns one `TS_RESP_CTX`; not to be shared between threads, so one is made for each reply.
private final class ResponderContext {
    let pointer: OpaquePointer

    init(_ responder: TimestampResponder) throws(EvidenceError) {
        guard let pointer = TS_RESP_CTX_new() else { preconditionFailure("no memory for a timestamp responder") }
        self.pointer = pointer
        guard TS_RESP_CTX_set_signer_cert(pointer, responder.certificate.pointer) == 1 else {
            throw OpenSSLQueue.error(
                .badCertificate,
                "the certificate \(responder.certificate.subject) is not for timestamping; its extended key usage must be critical and timeStamping alone"
            )
        }
        let policy = OBJ_txt2obj(responder.policy, 1)
        defer { ASN1_OBJECT_free(policy) }
        let chain = CertificateStack(responder.chain)
        guard TS_RESP_CTX_set_signer_key(pointer, responder.key.pointer) == 1,
            TS_RESP_CTX_set_certs(pointer, chain.pointer) == 1,
            TS_RESP_CTX_set_signer_digest(pointer, EVP_sha256()) == 1,
            // The default is SHA-1.
            TS_RESP_CTX_set_ess_cert_id_digest(pointer, EVP_sha256()) == 1,
            policy != nil, TS_RESP_CTX_set_def_policy(pointer, policy) == 1,
            TS_RESP_CTX_add_md(pointer, EVP_sha256()) == 1,
            TS_RESP_CTX_set_accuracy(pointer, responder.accuracySeconds, 0, 0) == 1,
            TS_RESP_CTX_set_clock_precision_digits(pointer, 6) == 1
        else { throw OpenSSLQueue.error(.cryptography, "the timestamp responder could not be set up") }
        TS_RESP_CTX_add_flags(pointer, TS_TSA_NAME)
        TS_RESP_CTX_set_serial_cb(pointer, giveSerial, nil)
    }

    deinit { TS_RESP_CTX_free(pointer) }
}

/// The instant handed in, as OpenSSL asks for it.
private func giveTime(
    _ context: OpaquePointer?, _ data: UnsafeMutableRawPointer?, _ seconds: UnsafeMutablePointer<Int>?,
    _ microseconds: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let data, let seconds, let microseconds else { return 0 }
    let total = Int(data.assumingMemoryBound(to: Timestamp.self).pointee.microseconds)
    seconds.pointee = total / 1_000_000
    microseconds.pointee = total % 1_000_000
    return 1
}

/// A random positive serial of 152 bits: a counter would repeat itself after a restored backup.
private func giveSerial(
    _ context: OpaquePointer?, _ data: UnsafeMutableRawPointer?
) -> UnsafeMutablePointer<ASN1_INTEGER>? {
    var digits = SecureRandom.bytes(19)
    digits[0] = digits[0] & 0x7F | 0x40
    guard let number = BN_bin2bn(digits, Int32(digits.count), nil) else { return nil }
    defer { BN_free(number) }
    return BN_to_ASN1_INTEGER(number, nil)
}
