/// Checkpoints kept outside the database, one a line: the memory that notices when the log goes back.
///
/// A line holds `origin size root signature`, from which the signed note is made again. Keep the file on another
/// machine, or at least out of the database's backups; whoever can change both can still rewrite history.
public enum WitnessFile {
    /// Returns the line, with its line feed, that keeps a checkpoint.
    public static func line(for checkpoint: StoredCheckpoint) throws(EvidenceError) -> [UInt8] {
        let note = try SignedNote(parsing: checkpoint.note)
        let state = try Checkpoint(parsing: note.text)
        guard let signature = note.signatures.first(where: { $0.name == state.origin }) else {
            throw EvidenceError(.badCheckpoint, "checkpoint \(checkpoint.size) lacks the signature of \(state.origin)")
        }
        let value = Base64.encode(SignedNote.bigEndian(signature.keyHash) + signature.bytes)
        return Array("\(state.origin) \(state.size) \(Base64.encode(state.root.bytes)) \(value)\n".utf8)
    }

    /// Reads a file and verifies every line's signature.
    ///
    /// A last line without line feed was cut off while being written and is left out; any other line that does not
    /// verify is an error with its number, because a witness that may be edited is none.
    public static func checkpoints(in file: [UInt8], keys: [NoteKey]) throws(EvidenceError) -> [Checkpoint] {
        var checkpoints: [Checkpoint] = []
        var lines = file.split(separator: 0x0A, omittingEmptySubsequences: false)
        lines.removeLast()
        for (place, line) in lines.enumerated() where !line.isEmpty {
            let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard parts.count == 4 else {
                throw EvidenceError(
                    .malformed, "witness file, line \(place + 1): expected origin, size, root, signature")
            }
            let note = "\(parts[0])\n\(parts[1])\n\(parts[2])\n\n\u{2014} \(parts[0]) \(parts[3])\n"
            do throws(EvidenceError) {
                checkpoints.append(try Checkpoint(verifying: Array(note.utf8), keys: keys))
            } catch {
                throw EvidenceError(error.code, "witness file, line \(place + 1): \(error.reason)")
            }
        }
        return checkpoints
    }
}
