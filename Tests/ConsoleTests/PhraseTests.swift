import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// How pages say what desks refuse, and how they fit what they show into a window.
@Suite struct PhraseTests {
    private func phrases(_ language: PageLanguage) throws -> Phrasebook {
        Phrasebook(try ConsoleWords(directory: TestResources.root + "/templates/console"), language)
    }

    @Test func `every limit of an alert is said in Chinese too, with its figures in the right places`() throws {
        let measures: [(RiskMeasure, String)] = [
            (.absence(days: 3), "连续 3 个排班日缺勤"), (.lateness(moreThan: 5), "一个月内迟到超过 5 次"),
            (.leaveSurge(factor: 3, baselineMonths: 6), "请假次数达到前 6 个月均值的 3 倍"),
            (.leaveCount(moreThan: 10), "一个月内请假超过 10 次"), (.scoreDrop(moreThanPercent: 20), "得分下降超过 20%"),
            (.scoreTrend(atLeastPercent: 15, months: 4), "4 个月内得分下降 15% 以上"),
            (.completion(belowPercent: 70, months: 2), "连续 2 个月完成率低于 70%"),
            (.keywords(words: ["x"], atLeast: 3, days: 30), "30 天内命中关键词 3 次以上"),
            (.siteVisits(moreThan: 10, days: 30), "30 天内访问招聘网站超过 10 次"),
            (.messagesDrop(belowPercent: 50, days: 14, baselineDays: 60), "14 天消息量低于此前 60 天的 50%"),
        ]
        let (chinese, english) = (try phrases(.chinese), try phrases(.english))
        for (measure, words) in measures {
            #expect(chinese.limit(measure.threshold) == words)
            #expect(english.limit(measure.threshold) == measure.threshold)
        }
        #expect(chinese.limit("a limit of 3 from elsewhere") == "a limit of 3 from elsewhere")
    }

    @Test func `a refusal without words of its own says in Chinese what kind it is, and quotes the detail`() throws {
        let (chinese, english) = (try phrases(.chinese), try phrases(.english))
        let bare = PeopleError(.conflict, "the stage moved on")
        #expect(chinese.refusal(bare) == "现状已经改变，未办理；请重新查看（详情：the stage moved on）")
        #expect(english.refusal(bare) == "the stage moved on")
        let said = PeopleError(
            .invalid, "no", faults: [.init(field: "weight", message: "x", words: .init("whole", ["value": "a{b}"]))])
        #expect(chinese.refusal(said) == "“a{b}”不是整数")
        #expect(chinese.word("fault_beforeStart", ["value": "{start}", "start": "x"]) == "{start} 早于开始日期 x")
        for code in [
            "not_found", "invalid", "conflict", "forbidden", "locked", "unavailable", "credential", "preflight",
        ] {
            #expect(chinese.word("refused_\(code)") != "refused_\(code)", "\(code)")
        }
    }

    @Test func `what was stored as a code is said in the reader's language, and the words of others stay`() throws {
        let (chinese, english) = (try phrases(.chinese), try phrases(.english))
        let at = try #require(Timestamp(rfc3339: "2026-11-21T02:32:05Z"))
        for (clock, zh, en) in [
            ("songda", "（本系统时钟）", " (our clock)"),
            ("provider:kannel", "（运营商时间：kannel）", " (clock of the provider kannel)"),
            ("smtp:mx.example.com", "（邮件服务器时间：mx.example.com）", " (clock of the mail server mx.example.com)"),
            ("paper", "（纸面记载）", " (as written on paper)"), ("sundial:x", "（sundial:x）", " (sundial:x)"),
        ] {
            let observed = ObservedTime(at: at, clock: clock)
            #expect(chinese.time(observed) == "2026-11-21 10:32:05 +08:00\(zh)")
            #expect(english.time(observed) == "2026-11-21 10:32:05 +08:00\(en)")
        }
        #expect(chinese.reason("acknowledged, identified by account") == "身份核验：登录账号")
        #expect(english.reason("opened, identified by one-time-code") == "identified by one-time code")
        #expect(chinese.reason("250 2.0.0 Ok: queued") == "250 2.0.0 Ok: queued")
        #expect(chinese.reason("no result within the time limit; last: 451 busy") == "最后的答复：451 busy")
        #expect(chinese.reason("claimed 3 times without an outcome") == "投递了 3 次都没有结果")
        #expect(english.reason("quiet hours") == "quiet hours" && chinese.reason("quiet hours") == "免打扰时段")
        #expect(!english.reason(RehearsalMark.isOver.text).contains("演练"))
        #expect(chinese.articles(["劳动合同法 39(2)", "民法典 137"]) == "劳动合同法第39条第（2）项、民法典第137条")
        #expect(english.articles(["劳动合同法 39(2)"]) == "Labour Contract Law, article 39 (2)")
        #expect(english.articles(["某法 第三条", "某法"]) == "某法 第三条, 某法")
        #expect(english.assignment("由crm指定") == "named by crm" && english.assignment("由他自己") == "由他自己")
        #expect([0, 1, 2].map(english.approvals) == ["no approval needed", "1 approval needed", "2 approvals needed"])
    }

    @Test func `a fault names its field as the form does, never by its place in a request`() throws {
        let template = try #require(try TestResources.templates().template(kind: "dismissal"))
        let fault = NoticeError.Fault(field: "fields.finalDate", message: "不是有效日期")
        let said = try phrases(.chinese).sentence(fault, in: template)
        #expect(!said.contains("fields.") && !said.contains("finalDate") && said.hasSuffix(": 不是有效日期"))
    }

    @Test func `a frame grows with its words, on a telephone sooner, and every step has its style`() throws {
        let short = FrameHeight.classes(of: "# 通知\n\n一句话。")
        #expect(short == "document wide-1 slim-1")
        let paragraphs = String(repeating: String(repeating: "字", count: 200) + "\n\n", count: 6)
        #expect(FrameHeight.classes(of: paragraphs) == "document wide-8 slim-16")
        #expect(FrameHeight.classes(of: String(repeating: paragraphs, count: 9)) == "document wide-24 slim-24")
        let style = try String(
            contentsOfFile: TestResources.root + "/templates/console/assets/console.css", encoding: .utf8)
        for step in FrameHeight.steps {
            #expect(style.contains("iframe.wide-\(step) {") && style.contains("iframe.slim-\(step) {"), "\(step)")
        }
    }

    @Test func `the chart that lies fits a telephone, and no bar leaves it`() {
        let groups = (1...12).map { BarChart.Group(name: "2026-\($0)", values: [($0 * 10, "\($0 * 10)"), nil]) }
        let chart = BarChart(id: "c", title: "t", summary: "s", series: ["a", "b"], groups: groups, least: 10).narrow
        #expect(chart.width <= 304 && chart.bars.count == 12 && chart.labels.count == 12)
        for bar in chart.bars {
            #expect(bar.x + bar.width <= chart.width && bar.y + bar.height <= chart.height && bar.textY <= chart.height)
        }
        #expect(chart.bars.map(\.width) == chart.bars.map(\.width).sorted() && chart.bars.last?.width == 190)
    }
}
