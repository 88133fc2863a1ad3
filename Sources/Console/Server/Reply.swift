import Evidence
import Hummingbird

/// One answer, before it becomes a response.
struct Reply: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var contentType: String?
    var body: [UInt8] = []

    /// An answer in JSON.
    static func json(_ value: JSONValue, status: Int = 200, headers: [(name: String, value: String)] = []) -> Reply {
        Reply(
            status: status, headers: headers, contentType: "application/json",
            body: value.canonicalBytes + [UInt8(ascii: "\n")])
    }

    /// A page.
    static func page(_ html: String, status: Int = 200) -> Reply {
        Reply(status: status, contentType: "text/html; charset=utf-8", body: Array(html.utf8))
    }

    /// Plain text.
    static func text(_ text: String, status: Int = 200) -> Reply {
        Reply(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// Bytes to keep as a file; the name is ASCII of our own making.
    static func file(_ bytes: [UInt8], type: String, name: String) -> Reply {
        Reply(
            status: 200, headers: [("Content-Disposition", "attachment; filename=\"\(name)\"")], contentType: type,
            body: bytes)
    }

    /// Shows another page: after a form was taken, so that reloading does not send it again.
    static func seeOther(_ path: String, headers: [(name: String, value: String)] = []) -> Reply {
        Reply(status: 303, headers: headers + [("Location", path)])
    }

    /// Nothing to say.
    static let done = Reply(status: 204)

    /// A refusal.
    static func problem(_ problem: Problem) -> Reply {
        Reply(
            status: problem.status, headers: problem.headers, contentType: "application/problem+json",
            body: problem.json.canonicalBytes + [UInt8(ascii: "\n")])
    }

    var response: Response {
        var fields = HTTPFields()
        if let contentType { fields.add("Content-Type", contentType) }
        for header in headers { fields.add(header.name, header.value) }
        guard status != 204 else { return Response(status: .noContent, headers: fields) }
        return Response(
            status: HTTPResponse.Status(code: status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
