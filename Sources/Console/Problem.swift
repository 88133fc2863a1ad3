import Evidence
import Notices
import People

/// Why a request was refused, in the form of RFC 9457.
///
/// Two problems are equal when their codes are. The detail is a sentence with thing, value and cure; for a fault of ours it
/// says nothing but the incident id, under which the log has the rest.
struct Problem: Error, Equatable, CustomStringConvertible {
    /// The stable name behind `urn:songda:problem:`.
    let code: String
    /// The HTTP status.
    let status: Int
    /// A few words, the same for every problem of this code.
    let title: String
    /// One sentence.
    let detail: String
    /// Every place that is wrong.
    var faults: [NoticeError.Fault] = []
    /// Under what pages find how they say the detail; nil for what only programs are told.
    var words: NoticeError.Words?
    /// Header fields that belong to the answer.
    var headers: [(name: String, value: String)] = []
    /// Under which name our log knows it.
    var incident: String?

    static func == (a: Problem, b: Problem) -> Bool { a.code == b.code }

    var description: String { "\(code): \(detail)" }

    /// The most faults one answer lists; a batch can have tens of thousands.
    static let maximumFaults = 1000

    /// The answer's body.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "type": .string("urn:songda:problem:\(code)"), "title": .string(title), "status": .integer(Int64(status)),
            "detail": .string(detail),
        ]
        if !faults.isEmpty {
            members["errors"] = .array(
                faults.prefix(Self.maximumFaults).map {
                    .object(["field": .string($0.field), "message": .string($0.message)])
                })
        }
        if let incident { members["incident"] = .string(incident) }
        return .object(members)
    }
}

extension Problem {
    static func malformed(_ detail: Sentence) -> Problem {
        Problem(
            code: "malformed", status: 400, title: "The request cannot be read", detail: detail.text,
            words: detail.words)
    }

    static func notFound(_ detail: Sentence = "there is nothing at this address; check the path") -> Problem {
        Problem(code: "not_found", status: 404, title: "Not found", detail: detail.text, words: detail.words)
    }

    static func methodNotAllowed(_ allowed: [String]) -> Problem {
        Problem(
            code: "method_not_allowed", status: 405, title: "Method not allowed",
            detail: "this address takes \(allowed.joined(separator: ", "))",
            headers: [("Allow", allowed.joined(separator: ", "))])
    }

    static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            code: "too_large", status: 413, title: "The body is too large",
            detail: "the body is larger than the \(limit) bytes this address takes; send less at once")
    }

    static func mediaType(_ wanted: String) -> Problem {
        Problem(
            code: "media_type", status: 415, title: "Unsupported media type",
            detail: "Content-Type must be \(wanted)", headers: [("Accept", wanted)])
    }

    static func unauthorized(_ detail: String) -> Problem {
        Problem(
            code: "unauthorized", status: 401, title: "A key is needed", detail: detail,
            headers: [("WWW-Authenticate", "Bearer realm=\"songda\"")])
    }

    static func insufficientScope(_ scopes: [APIKey.Scope]) -> Problem {
        let names = scopes.map(\.rawValue).joined(separator: " ")
        return Problem(
            code: "forbidden", status: 403, title: "Not allowed",
            detail: "the key lacks the scope \(scopes.map(\.rawValue).joined(separator: " or ")); use another key",
            headers: [("WWW-Authenticate", "Bearer realm=\"songda\", error=\"insufficient_scope\", scope=\"\(names)\"")]
        )
    }

    static func tooMany(retryAfter seconds: Int, _ detail: Sentence) -> Problem {
        Problem(
            code: NoticeError.Code.tooManyRequests.rawValue, status: 429, title: "Too many requests",
            detail: detail.text, words: detail.words, headers: [("Retry-After", String(max(1, seconds)))])
    }

    static func forbidden(_ detail: Sentence) -> Problem {
        Problem(code: "forbidden", status: 403, title: "Not allowed", detail: detail.text, words: detail.words)
    }

    /// A fault of ours: the sentence goes to the log, the incident id to the caller.
    static func incident(_ id: String) -> Problem {
        Problem(
            code: "internal", status: 500, title: "A fault on our side",
            detail: "the request failed through a fault of ours; quote incident \(id) when you ask about it",
            incident: id)
    }
}

extension Problem {
    /// What a refusal of the gateway is to a caller.
    init(_ error: NoticeError) {
        let (status, title): (Int, String) =
            switch error.code {
            case .notFound: (404, "Not found")
            case .invalid: (422, "The request breaks a rule")
            case .idempotencyMismatch: (422, "The key was used for another request")
            case .conflict: (409, "It does not fit the present state")
            case .forbidden: (403, "Not allowed")
            case .preflight: (422, "The pre-flight check stands against it")
            case .credential: (403, "The code or link is not valid")
            case .tooManyRequests: (429, "Too many requests")
            case .unavailable: (503, "Nothing was done, because it could not be recorded")
            }
        self.init(
            code: error.code.rawValue, status: status, title: title, detail: error.reason, faults: error.faults,
            words: error.words)
        // The gateway counts codes by the hour; a minute is when it is worth asking again whether one is free.
        if status == 429 { headers.append(("Retry-After", "60")) }
        if status == 503 { headers.append(("Retry-After", "5")) }
    }

    /// What a refusal of the HR core is to a caller.
    init(_ error: PeopleError) {
        let (status, title): (Int, String) =
            switch error.code {
            case .notFound: (404, "Not found")
            case .invalid: (422, "The request breaks a rule")
            case .conflict: (409, "It does not fit the present state")
            case .forbidden: (403, "Not allowed")
            case .locked: (409, "Something must be done first")
            case .unavailable: (503, "Nothing was done, because it could not be recorded")
            }
        self.init(
            code: error.code.rawValue, status: status, title: title, detail: error.reason, faults: error.faults,
            words: error.words)
        if status == 503 { headers.append(("Retry-After", "5")) }
    }

    /// Any error as a problem; nil when it is a fault of ours that only an incident id may describe.
    init?(known error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as NoticeError: self.init(error)
        case let error as PeopleError: self.init(error)
        case let error as JSONError:
            self = .malformed("the body is not acceptable JSON: \(error.reason), at byte \(error.offset)")
        case let error as EvidenceError where error.code == .erased:
            let detail: Sentence = "what is known of this person was erased; nothing can be added to it"
            self.init(code: "erased", status: 410, title: "Erased", detail: detail.text, words: detail.words)
        case let fault as any PassingFault where fault.passes:
            // What was lost may have been the last of several steps.
            let detail: Sentence =
                "the database does not answer at the moment; repeat it with the same key, or look first whether it was done"
            self.init(
                code: "database_away", status: 503, title: "The database does not answer", detail: detail.text,
                words: detail.words, headers: [("Retry-After", "5")])
        default: return nil
        }
    }
}
