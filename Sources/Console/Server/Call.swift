import Evidence
import Hummingbird
import Notices

/// One request, its body read and its caller known.
struct Call: Sendable {
    let method: String
    /// As it came, without the query.
    let path: String
    let parameters: [String: String]
    /// Not decoded.
    let rawQuery: String
    let headers: HTTPFields
    /// The host and port the caller used.
    let authority: String
    let body: [UInt8]
    /// Whose key it is; nil at addresses that are open to all.
    let key: APIKey?
    /// By which tries are counted.
    let client: String
    /// Who has signed in; nil where a key is asked for or nobody.
    var signedIn: SignedIn?
    /// The fields of a form that somebody signed in has sent, once its token was checked.
    var form: [String: String] = [:]
    /// The file that came with the form; empty when none was chosen.
    var file: [UInt8] = []

    /// Who acts, as evidence names them.
    var principal: Principal {
        signedIn?.principal
            ?? Principal(id: key?.id ?? "nobody", kind: .apiKey, method: "api-key", keyKind: key?.kind.named)
    }

    /// Whoever has signed in; asked only where the table lets in nobody else.
    func person() throws -> SignedIn {
        guard let signedIn else { throw SignInNeeded(next: path) }
        return signedIn
    }

    /// A cookie by its name.
    func cookie(_ name: String) -> String? { Self.cookie(name, in: headers) }

    /// A cookie by its name; of two with one name the first, as browsers send the most specific first.
    static func cookie(_ name: String, in headers: HTTPFields) -> String? {
        for field in headers.values(of: "Cookie") {
            for pair in field.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == name { return String(parts[1]) }
            }
        }
        return nil
    }

    /// A segment of the path; whatever cannot name anything of ours names nothing.
    func parameter(_ name: String) throws -> String {
        guard let value = parameters[name], value.utf8.count <= 200, !value.isEmpty,
            value.utf8.allSatisfy({ $0.isNameByte })
        else { throw Problem.notFound() }
        return value
    }

    /// A header field that may come once.
    func header(_ name: String) throws -> String? {
        let values = headers.values(of: name)
        guard values.count <= 1 else {
            throw Problem.malformed("\(name) comes \(values.count) times; send it once")
        }
        return values.first
    }

    /// The body as JSON, refused unless it says that it is.
    func json() throws -> JSONValue {
        let type = try header("Content-Type") ?? ""
        guard MediaType.isJSON(type) else { throw Problem.mediaType("application/json") }
        return try JSONValue(parsing: body)
    }

    /// The decoded query, each name once and only the names an address knows.
    func query(_ known: Set<String>) throws -> [String: String] {
        let fields = try FormFields(Array(rawQuery.utf8), what: "the query")
        for name in fields.values.keys.sorted() where !known.contains(name) {
            throw Problem.malformed(
                "the query names \"\(shortened(name))\"; known are \(known.sorted().joined(separator: ", "))")
        }
        return fields.values
    }
}

/// Media types as header fields write them.
enum MediaType {
    /// `application/json`, with no charset but UTF-8.
    static func isJSON(_ text: String) -> Bool { isOne(text, of: "application/json") }
    /// What a form without files sends.
    static func isForm(_ text: String) -> Bool { isOne(text, of: "application/x-www-form-urlencoded") }

    private static func isOne(_ text: String, of type: String) -> Bool {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map {
            $0.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        guard parts.first == type else { return false }
        return parts.dropFirst().allSatisfy { $0 == "charset=utf-8" || $0 == "charset=\"utf-8\"" }
    }
}

extension UInt8 {
    /// Letters, digits and `-`, `_`, `.`: what our own names are made of.
    var isNameByte: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}

extension HTTPFields {
    /// Every value of a field, whatever the case of its name.
    func values(of name: String) -> [String] {
        let wanted = name.lowercased()
        return filter { $0.name.canonicalName == wanted }.map(\.value)
    }

    /// Adds a field; the names are our own, so one that is no name is a slip in the source.
    mutating func add(_ name: String, _ value: String) {
        guard let name = Element.Name(name) else { preconditionFailure("\(name) is not the name of a header field") }
        append(Element(name: name, value: value))
    }

    /// Adds a field unless it is there.
    mutating func addMissing(_ name: String, _ value: String) {
        if values(of: name).isEmpty { add(name, value) }
    }
}

/// A value for a sentence: cut short, with everything unprintable shown by its number.
func shortened(_ text: String, to limit: Int = 40) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        guard index < limit else { return result + "…" }
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value) {
            result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}
