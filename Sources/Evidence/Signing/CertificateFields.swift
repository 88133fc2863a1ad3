/// The parts of an X.509 certificate that are needed byte for byte (RFC 5280, section 4.1).
struct CertificateFields {
    let serialDER: [UInt8]
    let serialHex: String
    let issuerDER: [UInt8]
    let notBefore: Timestamp
    let notAfter: Timestamp
    let subjectDER: [UInt8]
    let subjectParts: [OID: String]
    let publicKeyDER: [UInt8]

    init(der: [UInt8], origin: String) throws(EvidenceError) {
        var outer = try DERReader(der, name: origin, limit: 1 << 16)
        let certificate = try outer.next(0x30)
        try outer.finish()
        var body = try certificate.reader()
        var fields = try body.next(0x30).reader()
        _ = try fields.optional(0xA0)
        let serial = try fields.next(0x02)
        serialDER = serial.encoded
        serialHex = Hex.encode(Array(serial.content.drop { $0 == 0 }))
        _ = try fields.next(0x30)
        issuerDER = try fields.next(0x30).encoded
        var validity = try fields.next(0x30).reader()
        notBefore = try validity.next().time()
        notAfter = try validity.next().time()
        let subject = try fields.next(0x30)
        subjectDER = subject.encoded
        subjectParts = try CertificateFields.parts(of: subject)
        publicKeyDER = try fields.next(0x30).encoded
    }

    /// The first value of each attribute of a name; attributes that are not text are left out.
    private static func parts(of name: DERValue) throws(EvidenceError) -> [OID: String] {
        var parts: [OID: String] = [:]
        var names = try name.reader()
        for relative in try names.rest() {
            var members = try relative.reader()
            for member in try members.rest() {
                var pair = try member.reader()
                let type = try pair.next(0x06).oid()
                if let text = try pair.next().text, parts[type] == nil { parts[type] = text }
            }
        }
        return parts
    }
}
