import COpenSSL

/// The signature of a timestamp token, examined by OpenSSL.
enum TokenSignature {
    /// Why the token's signature, its certificate's purpose or its chain does not hold at the instant; nil if all do.
    ///
    /// Covers: one signer, content and signature intact, signing-certificate attribute matching, the authority's name
    /// (if given) in its certificate, timeStamping as the only and critical purpose, a chain to one of the roots.
    static func fault(in token: [UInt8], roots: [CertificateHandle], at instant: Timestamp) -> String? {
        let message = token.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return d2i_PKCS7(nil, &cursor, buffer.count)
        }
        guard let message else { return OpenSSLQueue.drain() }
        defer { PKCS7_free(message) }
        guard let context = TS_VERIFY_CTX_new() else { preconditionFailure("no memory to verify a token") }
        defer { TS_VERIFY_CTX_free(context) }
        let store = TrustStore(roots, at: instant)
        // The context frees the store it is given; ours is freed by its owner.
        guard X509_STORE_up_ref(store.pointer) == 1 else { preconditionFailure("a store has too many owners") }
        TS_VERIFY_CTX_set_store(context, store.pointer)
        TS_VERIFY_CTX_set_flags(context, Int32(TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_SIGNER))
        return TS_RESP_verify_token(context, message) == 1 ? nil : OpenSSLQueue.drain()
    }
}
