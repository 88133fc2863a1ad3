import Evidence
import Notices

extension AgreementDesk: DossierSource {
    /// Every agreement that the person signed: the document, and the company's seal over its bytes (S-97).
    public func materials(about subject: Subject, for actor: Actor) async throws -> [DossierMaterial] {
        guard subject.kind == .employee else { return [] }
        var found: [DossierMaterial] = []
        for agreement in try await store.agreements(with: PersonID(subject.id)) where agreement.state == .signed {
            guard let file = try await store.file(of: agreement.id), let signedAt = agreement.signedAt else { continue }
            func material(_ name: BilingualText, _ ending: String, _ type: String, _ bytes: [UInt8]) -> DossierMaterial
            {
                DossierMaterial(
                    name: name, source: "协议 \(agreement.number)",
                    proves: BilingualText(
                        zh: "本人签署的约定及其条款（\(agreement.clauses.joined(separator: "、"))）",
                        en: "what the person has signed, with its clauses"),
                    phase: .before, happenedAt: .ours(signedAt), file: "agreement-\(agreement.id).\(ending)",
                    mediaType: type, bytes: bytes)
            }
            let title = "《\(agreement.title)》"
            found.append(
                material(
                    BilingualText(zh: "已签署的\(title)", en: "signed agreement \(agreement.number)"), "pdf",
                    "application/pdf", file.bytes))
            guard let seal = file.seal else { continue }
            found.append(
                material(
                    BilingualText(zh: "\(title)的公司电子签章", en: "the company's seal on \(agreement.number)"), "p7s",
                    "application/pkcs7-signature", seal.signature))
        }
        return found
    }
}
