import COpenSSL

extension KeyHandle {
    /// Signs a message with the key's own algorithm.
    func sign(_ message: [UInt8]) throws(EvidenceError) -> [UInt8] {
        var signature: [UInt8]?
        switch algorithm {
        case .ed25519: signature = signPure(message)
        default: signature = signDigest(digest(of: message))
        }
        guard let signature else {
            throw OpenSSLQueue.error(.cryptography, "a message could not be signed with \(algorithm.rawValue)")
        }
        return signature
    }

    /// Tells whether a signature is this key's over the message; anything malformed is simply not valid.
    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard !signature.isEmpty else { return false }
        let valid =
            algorithm == .ed25519
            ? verifyPure(signature, message) : verifyDigest(signature, digest(of: message))
        if !valid { _ = OpenSSLQueue.drain() }
        return valid
    }

    /// Tells whether a signature with PSS padding, SHA-256 and a salt of its length is this RSA key's over the message.
    func isValidPSS(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard algorithm == .rsaSHA256, !signature.isEmpty else { return false }
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        // Belongs to the context and goes with it.
        var padding: OpaquePointer?
        let valid =
            EVP_DigestVerifyInit(context, &padding, EVP_sha256(), nil, pointer) == 1
            && EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) > 0
            && EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) > 0
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        if !valid { _ = OpenSSLQueue.drain() }
        return valid
    }

    // The hash is computed apart and EVP_PKEY_sign used, whose context, unlike EVP_DigestSign's, can be used again.
    private func digest(of message: [UInt8]) -> [UInt8] {
        switch algorithm {
        case .ecdsaP384SHA384: Self.sha384(message)
        case .ecdsaP521SHA512: Self.sha512(message)
        default: SHA256.hash(message).bytes
        }
    }

    static func sha384(_ message: [UInt8]) -> [UInt8] { digest(EVP_sha384(), 48, message) }
    static func sha512(_ message: [UInt8]) -> [UInt8] { digest(EVP_sha512(), 64, message) }

    private static func digest(_ kind: OpaquePointer?, _ size: Int, _ message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            guard EVP_Digest(message, message.count, buffer.baseAddress, nil, kind, nil) == 1 else {
                preconditionFailure("hashing failed: \(OpenSSLQueue.drain())")
            }
            count = size
        }
    }

    private var digestKind: OpaquePointer? {
        switch algorithm {
        case .ecdsaP384SHA384: EVP_sha384()
        case .ecdsaP521SHA512: EVP_sha512()
        default: EVP_sha256()
        }
    }

    private func configure(_ context: OpaquePointer) -> Bool {
        guard algorithm == .rsaSHA256 else { return true }
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0
            && EVP_PKEY_CTX_set_signature_md(context, digestKind) > 0
    }

    private func signDigest(_ digest: [UInt8]) -> [UInt8]? {
        let signature = signing.with(pointer, configure: configure) { context -> ([UInt8], Bool) in
            var length = Int(EVP_PKEY_get_size(pointer))
            var done = false
            let signature = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                done = EVP_PKEY_sign(context, buffer.baseAddress, &length, digest, digest.count) == 1
                count = done ? length : 0
            }
            return (signature, done)
        }
        return signature.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func verifyDigest(_ signature: [UInt8], _ digest: [UInt8]) -> Bool {
        let code = verifying.with(pointer, configure: configure) { context -> (Int32, Bool) in
            let code = EVP_PKEY_verify(context, signature, signature.count, digest, digest.count)
            return (code, code >= 0)
        }
        return code == 1
    }

    private func signPure(_ message: [UInt8]) -> [UInt8]? {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, nil, nil, pointer) == 1 else { return nil }
        var length = 64
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1, length == 64 else {
            return nil
        }
        return signature
    }

    private func verifyPure(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, nil, nil, pointer) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
