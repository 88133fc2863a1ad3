/// What became of a batch as a whole; the API and the page answer by it.
struct BatchOutcome: Sendable {
    let accepted: Int
    let replayed: Int
    let refused: Int
    /// Whether something failed through no fault of the caller's: the same is worth sending again.
    let isOurs: Bool

    init(_ results: [BatchIssue.Result]) {
        var (accepted, replayed, refused, isOurs) = (0, 0, 0, false)
        for result in results {
            switch result {
            case .issued(let notice): if notice.isReplay { replayed += 1 } else { accepted += 1 }
            case .refused(let problem):
                refused += 1
                isOurs = isOurs || problem.status >= 500
            }
        }
        (self.accepted, self.replayed, self.refused, self.isOurs) = (accepted, replayed, refused, isOurs)
    }

    /// How many there are now.
    var issued: Int { accepted + replayed }

    /// The status of an answer about what was refused; a fault of ours must look so, or nobody would send it again.
    var refusalStatus: Int { isOurs ? 503 : 422 }

    /// The header fields that belong to that status.
    var refusalHeaders: [(name: String, value: String)] { isOurs ? [("Retry-After", "5")] : [] }

    /// The word of `words.json` that says what to do about the rest, with its values.
    var refusalWord: (name: String, values: [String: String]) {
        (isOurs ? "restOurs" : "restWrong", ["issued": String(issued), "all": String(issued + refused)])
    }
}
