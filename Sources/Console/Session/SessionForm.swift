import Evidence

/// Thrown where somebody must sign in first.
struct SignInNeeded: Error {
    /// Where they wanted to go.
    let next: String?
}

extension FormFields {
    /// The name of the field that carries the session's token.
    static let token = "csrf"

    /// Refuses unless the form is one of ours, sent by the page of this very session.
    ///
    /// Three walls: the cookie is not sent along from other sites (SameSite), the browser says where the form came from, and
    /// only our own page knows the token.
    ///
    /// - Parameter fields: those of a form that carries a file; nil for one that does not.
    init(checking call: Call, of signedIn: SignedIn, publicBaseURL: String?, fields: FormFields? = nil)
        throws(Problem)
    {
        try SameSite.check(call, publicBaseURL: publicBaseURL)
        let fields = if let fields { fields } else { try Self.read(call) }
        guard let given = fields.values[Self.token],
            ConstantTime.equal(Array(given.utf8), Array(signedIn.csrf.utf8))
        else { throw .forbidden("the form is not from your present session; open the page again and repeat it") }
        var values = fields.values
        values[Self.token] = nil
        self.init(values: values)
    }

    private static func read(_ call: Call) throws(Problem) -> FormFields {
        let type = call.headers.values(of: "Content-Type").first ?? ""
        guard MediaType.isForm(type) else { throw .mediaType("application/x-www-form-urlencoded") }
        return try FormFields(call.body, what: "the form")
    }
}
