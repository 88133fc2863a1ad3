import Notices
import Testing

/// A sentence reads as it was written and knows its values from its words.
@Suite struct SentenceTests {
    @Test func `a sentence reads as any text does, and bears its pattern and its values`() {
        let (order, state): (String, Int?) = ("D-7", nil)
        let sentence: Sentence = "order \(order.prefix(1)) is \(state as Any) of \(2 + 1)"
        #expect(sentence.text == "order D is nil of 3" && sentence.description == sentence.text)
        #expect(sentence.words.name == "order {0} is {1} of {2}")
        #expect(sentence.words.values == ["0": "D", "1": "nil", "2": "3"])
        #expect(("no value in it" as Sentence).words == NoticeError.Words("no value in it"))
    }

    @Test func `two halves are one sentence, whose values are counted through`() {
        let sentence: Sentence = "of \(1) " + "and \(2), " + "and no more"
        #expect(sentence.text == "of 1 and 2, and no more" && sentence.words.name == "of {0} and {1}, and no more")
    }

    @Test func `a sentence within another is a value with words of its own`() {
        let inner: Sentence = "line \(7) is cut"
        let outer: Sentence = "not read: \(inner)"
        #expect(outer.text == "not read: line 7 is cut" && outer.words.name == "not read: {0}")
        #expect(outer.words.sentences == ["0": inner.words] && outer.words.values == ["0": "line 7 is cut"])
    }

    @Test func `a text that has its language already is all value, and a fault keeps its words at another place`() {
        #expect(Sentence.said("请更正 {0}").words.name == "{0}")
        let fault = NoticeError.Fault(field: "a", message: "\(3) is too much").at("b")
        #expect(fault.field == "b" && fault.message == "3 is too much" && fault.words.name == "{0} is too much")
        let refusal = NoticeError(.conflict, "the notice is \("closed")")
        #expect(refusal.reason == "the notice is closed" && refusal.words.values == ["0": "closed"])
    }
}
