import People
import Testing

/// Expects a refusal of one code, and its sentence with its faults to hold some words.
func expectRefusal(
    _ code: PeopleError.Code, _ words: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch let error as PeopleError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(words.isEmpty || error.description.contains(words), "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}
