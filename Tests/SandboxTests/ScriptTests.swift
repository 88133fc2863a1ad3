import Testing

@testable import Sandbox

@Suite struct ScriptTests {
    @Test func `counted rules are used up before lasting ones, and the newest lasting rule holds`() {
        let script = Script(otherwise: "default")
        #expect(script.next(for: "a@b.test") == "default")
        script.add("old", towards: "*@b.test", times: nil)
        script.add("new", towards: "*@B.test", times: nil)
        script.add("first", towards: "a@b.test", times: 1)
        script.add("second", towards: "*", times: 1)
        #expect((0..<4).map { _ in script.next(for: "A@b.test") } == ["first", "second", "new", "new"])
        #expect(script.next(for: "a@c.test") == "default")
        script.removeAll()
        #expect(script.next(for: "a@b.test") == "default")
    }

    @Test(arguments: [
        ("a@b", "a@b", true), ("a@b", "a@c", false), ("a@b", "*", true), ("a@b", "a*b", true), ("ab", "ab*ab", false),
        ("xa@b", "a*", false), ("+8613", "+86*", true),
    ])
    func `a pattern holds one star for any run of characters`(text: String, pattern: String, matches: Bool) {
        #expect(Script<Int>.matches(text, pattern) == matches)
    }
}
