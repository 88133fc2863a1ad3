import Evidence
import Notices

/// A list that goes into a dossier as a file that spreadsheets open.
struct DossierTable: Sendable {
    /// The name of the file.
    let file: String
    /// What it is called.
    let name: BilingualText
    /// Where its rows come from.
    let source: String
    /// What it proves.
    let proves: BilingualText
    /// Which part of the story it belongs to.
    let phase: Dossier.Phase
    /// What its columns are called.
    let header: [String]
    /// Its rows.
    let rows: [[String]]

    /// The file, made at an instant; nil without rows: an empty list would say that there was nothing to say.
    func material(at now: Timestamp) -> DossierMaterial? {
        guard !rows.isEmpty else { return nil }
        let text = ([header] + rows).map { $0.map(CSVCell.safe).joined(separator: ",") + "\r\n" }.joined()
        return DossierMaterial(
            name: name, source: source, proves: proves, phase: phase, happenedAt: .ours(now), file: file,
            mediaType: "text/csv", bytes: CSVEncoding.byteOrderMark + Array(text.utf8))
    }
}
