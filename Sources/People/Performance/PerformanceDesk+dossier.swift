import Evidence
import Notices

extension PerformanceDesk: DossierSource {
    /// The monthly figures and the reviews of a person, with what they signed (S-103).
    public func materials(about subject: Subject, for actor: Actor) async throws -> [DossierMaterial] {
        guard subject.kind == .employee else { return [] }
        let (person, now) = (PersonID(subject.id), clock.now)
        let month = Month(CivilDate(inChina: now))
        let figures = try await store.performance(of: [person], from: month.adding(-36), to: month)[person] ?? [:]
        let reviews = try await store.reviews(of: person)
        return [Self.figures(figures), Self.reviews(reviews)].compactMap { $0.material(at: now) }
    }

    private static func figures(_ figures: [Month: PerformanceMonth]) -> DossierTable {
        DossierTable(
            file: "performance.csv", name: BilingualText(zh: "月度绩效数据", en: "monthly figures"), source: "绩效记录",
            proves: BilingualText(zh: "各月目标完成率和得分及其来源", en: "completion and score of each month, with their source"),
            phase: .before, header: ["月份", "完成率%", "得分", "来源", "记录时间"],
            rows: figures.values.sorted { $0.month < $1.month }.map { one in
                [
                    one.month.description, one.completion?.description ?? "", one.score?.description ?? "", one.source,
                    one.recordedAt.rfc3339,
                ]
            })
    }

    private static func reviews(_ reviews: [Review]) -> DossierTable {
        DossierTable(
            file: "reviews.csv", name: BilingualText(zh: "绩效考核结果及签字", en: "reviews and signatures"), source: "绩效考核",
            proves: BilingualText(
                zh: "考核各项扣分及理由、申诉与决定、本人签字的版本", en: "deductions with reasons, appeals, and the version signed"),
            phase: .before,
            header: ["月份", "状态", "版本", "总分", "绩效工资系数", "扣分及理由", "申诉及决定", "签字时间", "签字内容", "版本校验值"],
            rows: reviews.map { one in
                [
                    one.month.description, one.state.rawValue, "\(one.current.number)", one.current.total.description,
                    one.current.payFactor?.description ?? "",
                    one.current.lines.map {
                        "\($0.dimension) \($0.weight)% 扣\($0.deduction) \($0.reason ?? "")"
                    }.joined(separator: "；"),
                    one.appeals.map { "\($0.reason) → \($0.decision ?? "待处理")" }.joined(separator: "；"),
                    one.signature?.at.rfc3339 ?? "", one.signature?.statement ?? "",
                    one.current.hash(of: one.id).hex,
                ]
            })
    }
}
