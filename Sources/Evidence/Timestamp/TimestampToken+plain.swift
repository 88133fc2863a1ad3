extension TimestampToken {
    /// Tells whether the token has the plain shape that nearly all have, and all holds that OpenSSL would look at.
    ///
    /// OpenSSL reads a token and its certificates anew for each examination, which takes longer than the signatures. Here
    /// lies what was read already: one signer named by issuer and serial number, content and signature intact, bound to
    /// its certificate, the authority's name that certificate's, a chain for timestamping to one of the roots. False says
    /// nothing yet: whatever is unusual is OpenSSL's to judge, and so are the words for what is wrong.
    func holdsPlainly(by signer: Certificate, roots: [Certificate], _ credentials: CredentialCache) -> Bool {
        guard message.isPlain, case .issuerAndSerial = message.signerReference,
            namedAuthority == nil || namedAuthority == DER.element(0xA4, signer.subjectDER),
            let others = others(beside: signer, credentials),
            let content = message.content, let digest = message.digest(of: content, signedBy: signer)
        else { return false }
        let attributes = message.signedAttributes
        guard attributes[.contentType]?.encoded == DER.oid(.timestampInfo),
            attributes[.messageDigest]?.encoded == DER.octets(digest),
            attributes[.signingCertificate] == nil,
            SigningCertificateAttribute.namesOnly(signer, in: attributes[.signingCertificateV2])
        else { return false }
        return signer.publicKey.isValid(message.signature, for: message.signedAttributesDER)
            && credentials.fault(of: signer, through: others, to: roots, at: genTime, for: .timestamps) == nil
    }

    /// The other certificates that travel along; nil if one of them cannot be read or could be taken for the signer's.
    private func others(beside signer: Certificate, _ credentials: CredentialCache) -> [[UInt8]]? {
        let others = message.certificates.filter { $0 != signer.der }
        // The reason does not matter: OpenSSL will give its own.
        let areClear = others.allSatisfy {
            (try? credentials.certificate(der: $0)).map { $0.serialDER != signer.serialDER } ?? false
        }
        return areClear ? others : nil
    }
}
