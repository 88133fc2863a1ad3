import COpenSSL
import Glibc

/// Owns an `X509_STORE`: the roots that are trusted, and the instant the chain is judged at.
final class TrustStore {
    /// What the first certificate of a chain is to be fit for.
    enum Purpose: Hashable {
        /// Whatever the caller has looked at itself.
        case any
        /// Timestamps, and nothing else.
        case timestamps
    }

    /// What was found of a chain.
    enum Verdict {
        /// It leads to a trusted root, and all its certificates are valid during these seconds since 1970.
        case holds(Range<Int>)
        /// It does not, and why.
        case broken(String)
    }

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
        X509_VERIFY_PARAM_set_time(parameters, Self.second(of: instant))
        // 112 bits: no SHA-1 and no short RSA anywhere in a chain that evidence rests on.
        X509_VERIFY_PARAM_set_auth_level(parameters, 2)
    }

    deinit { X509_STORE_free(pointer) }

    /// The second an instant is judged at.
    static func second(of instant: Timestamp) -> Int { Int(instant.microseconds / 1_000_000) }

    /// Whether a certificate leads to a trusted root at the instant.
    func verdict(
        on leaf: CertificateHandle, through intermediates: [CertificateHandle], for purpose: Purpose
    ) -> Verdict {
        let untrusted = CertificateStack(intermediates)
        let context = X509_STORE_CTX_new()
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_CTX_init(context, pointer, leaf.pointer, untrusted.pointer) == 1,
            purpose == .any || X509_STORE_CTX_set_purpose(context, X509_PURPOSE_TIMESTAMP_SIGN) == 1
        else { return .broken(OpenSSLQueue.drain()) }
        if X509_verify_cert(context) == 1 { return .holds(Self.validity(of: X509_STORE_CTX_get0_chain(context))) }
        _ = OpenSSLQueue.drain()
        return .broken(String(cString: X509_verify_cert_error_string(Int(X509_STORE_CTX_get_error(context)))))
    }

    /// The seconds during which all certificates of a chain are valid; none if a date cannot be read.
    private static func validity(of chain: OpaquePointer?) -> Range<Int> {
        var (first, end) = (Int.min, Int.max)
        for index in 0..<copenssl_certificates_count(chain) {
            let certificate = copenssl_certificates_value(chain, index)
            guard let from = second(of: X509_get0_notBefore(certificate)),
                let until = second(of: X509_get0_notAfter(certificate))
            else { return 0..<0 }
            first = max(first, from)
            end = min(end, until)
        }
        // OpenSSL takes the last second for over already.
        return first < end ? first..<end : 0..<0
    }

    private static func second(of time: UnsafePointer<ASN1_TIME>?) -> Int? {
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else {
            _ = OpenSSLQueue.drain()
            return nil
        }
        return timegm(&parts)
    }
}
