# The head of development who missed every target, signed the consequence, and vanished.
chapter "三 失踪的主管 The manager who vanishes"
month=$(echo "$today" | cut -c1-7)
last_month() { TZ=Asia/Shanghai date -d "$month-15 -$1 months" +%Y-%m; }

say "双方签字的目标；连续三个月未达标即预警 A goal that both signed; three months below it warn"
as qian goals set --person E-3001 --period "$month" --weight 100 --from "$(day -60)" --due "$(day +30)" q-zhou 季度完成3个项目交付
hash=$(ask zhou goals list E-3001 | member contentHash)
as qian goals sign --hash "$hash" q-zhou
as zhou goals sign --hash "$hash" q-zhou
refused 'only a draft is signed' zhou goals sign --hash "$hash" q-zhou
echo '[{"goal":"q-zhou","percent":"50","source":"jira","at":"'"$(date -u +%FT%TZ)"'"}]' > "$house/progress.json"
as program goals progress "$house/progress.json"
as zhou goals list E-3001
printf '[{"employee":"E-3001","month":"%s","percent":"66"},{"employee":"E-3001","month":"%s","percent":"60"},{"employee":"E-3001","month":"%s","percent":"50"}]' \
    "$(last_month 3)" "$(last_month 2)" "$(last_month 1)" > "$house/completions.json"
as program goals completions --source jira "$house/completions.json"
as office goals behind --unit dev --month "$(last_month 1)"
as office risk run
alert=$(ask office risk alerts --person E-3001 | member id)
as office risk show "$alert"
as office risk assign --to E-1 "$alert" > /dev/null
as office risk record --kind talk --on "$today" --words 谈及资源不足 --result 愿意改进 "$alert"
as office risk record --kind assistant --on "$today" --words 增加1名助理 "$alert"
as office risk record --kind target-cut --on "$today" --words 降低季度目标至80% "$alert"

say "制度培训：看完视频才能考试，考试及格才能签字 Trained in the policy, examined, signed"
cat > "$house/policy.json" << END
{"policy":"performance-management","title":"绩效管理制度","text":"连续三个月未达标的，当月绩效工资按50%发放。","effectiveOn":"$(day -30)","procedure":"经职工代表大会讨论通过并公示","course":{"location":"https://learn.acme.example/performance.mp4","hash":"$(printf video | sha256sum | cut -c1-64)","seconds":12},"exam":{"questions":[{"id":"q1","text":"连续几个月未达标的，当月绩效减半？","options":["一个月","两个月","三个月"],"answer":2}],"asked":1,"passMark":60}}
END
as office training publish "$house/policy.json"
as zhou training course performance-management
refused '100 % are needed' zhou training exam performance-management
as zhou training course --at 12 performance-management
for second in 4 8 12; do
    sleep 4
    as zhou training course --at $second performance-management
done
as zhou training exam performance-management | tee "$house/out"
exam=$(sed -n 's/^exam \([0-9a-f-]*\) .*/\1/p' "$house/out")
as zhou training answer "$exam" 2
as zhou training code "$exam"
as zhou training sign --code "$(code zhou@)" "$exam"
as office training proof --person E-3001 performance-management

say "评分、确认、批准、签字：绩效减半有据可查 Scored, confirmed, approved, signed; only then less is paid"
as qian reviews score --month "$month" --line 项目交付:100:50:因项目延期扣减 --pay-factor 0.5 E-3001
review=$(ask zhou reviews list E-3001 | member id)
cat > "$house/facts.json" << END
{"person":"E-3001","month":"$month","region":"shanghai","facts":[{"name":"baseWage","value":"20000","source":"contract","reference":"C-7"},{"name":"score","value":"50","source":"performance","reference":"$review"},{"name":"performanceFactor","value":"0.5","source":"performance","reference":"$review"}]}
END
refused 'that is approved' office pay draft "$house/facts.json"
as zhou reviews confirm "$review" > /dev/null
as office reviews approve "$review" > /dev/null
refused 'needs a signed performance result' office pay draft "$house/facts.json"
as zhou reviews sign --hash "$(ask zhou reviews show "$review" | member versionHash)" --statement 确认当月绩效减半 "$review"
as office pay draft "$house/facts.json"
as office pay force "$(ask office pay list E-3001 | member id)"

say "薪资发放后他不再出现：排班、其他人打卡，他没有 He does not come: there is a plan, the others punch, he does not"
# The plan covers today without a shift: on a working day the absence would otherwise be sought until now, where nobody punches.
{
    printf '{"name":"研发排班","unit":"dev","from":"%s","to":"%s","shifts":[' "$(day -5)" "$(day 0)"
    for back in 5 4 3 2 1; do
        [ $back = 5 ] || printf ,
        printf '{"employee":"E-3001","day":"%s","startMinute":540,"endMinute":1080,"hourlyFen":8000}' "$(day -$back)"
    done
    printf ']}'
} > "$house/plan.json"
as office attendance plan save dev-now "$house/plan.json"
as office attendance plan move dev-now in_force
{
    echo employee,at,source
    for back in 5 4 3 2 1; do
        for number in E-3002 E-3003 E-1; do echo "$number,$(day -$back)T08:55:00+08:00,dingtalk"; done
    done
} > "$house/punches.csv"
as program attendance import "$house/punches.csv"
as office attendance board --unit dev --day "$(day -1)"
until_true "the absence is noticed" shows office 连续5天未打卡 risk alerts --person E-3001 --state open
as office risk alerts --person E-3001 --state open

say "返岗通知和解除通知：站内信、短信、邮件，各有各的状态 Called back, then dismissed, three ways at once"
zhou=$(person E-3001)
cat > "$house/recall.json" << END
{"issuer":"acme","kind":"absence-recall","language":"zh-CN","recipients":["$zhou"],"fields":{"absentFrom":"$(day -5)","absentDays":5,"ruleClause":"《考勤管理制度》（2025年版）第十二条，本人已签收","returnBy":"$(day +2)","reportTo":"人力资源部陈人事，总部三楼，021-61234567"}}
END
serve_notice() {
    as office issue "$1" | tee "$house/out"
    number=$(sed -n 's/^number   //p' "$house/out")
    content=$(sed -n 's/^content  //p' "$house/out")
    for who in legal manager; do
        if shows office awaiting_approval show "$number"; then as "$who" approve --content-hash "$content" "$number"; fi
    done
    until_true "the notice is out" shows office available show "$number"
    as office show "$number"
}
serve_notice "$house/recall.json"
legal=$(songda keys list --help > /dev/null; curl -fsS "$server/v1/keys" -H "Authorization: Bearer $(cat "$house/office.key")" |
    sed 's/{"createdAt"/\n&/g' | grep '"name":"legal"' | member id)
cat > "$house/dismissal.json" << END
{"issuer":"acme","kind":"dismissal","language":"zh-CN","recipients":["$zhou"],"fields":{"position":"开发主管","contractStart":"2025-12-01","ground":"39-2","facts":"您未办理请假手续，连续五个排班工作日未到岗，经返岗通知未返岗。","ruleClause":"《考勤管理制度》（2025年版）第十二条，本人已签收","evidence":["考勤记录","返岗通知及送达回执"],"unionNoticeDate":"$(day -1)","finalDate":"$today","handoverDate":"$today"},"declarations":{"unionNotifiedAt":"$(day -1)T02:00:00Z","protectedStates":[],"evidence":["考勤记录"]},"overrides":[{"finding":"address","confirmedBy":"$legal","reason":"未签署送达地址确认书，同时安排 EMS 邮寄"}]}
END
serve_notice "$house/dismissal.json"

say "无人交接：人事以自己的名义代为提交 Nobody hands over: HR does, in its own name"
holdings E-3001
as office handover record E-3001 --kind dismissal --notice-on "$today" --last-day "$today" --reason 连续旷工
handover=$(ask office handover list --open | member id)
as office handover assign "$handover" --successor E-3003 > /dev/null
as office handover close "$handover" assignment > /dev/null
hand_in office "$handover" --on-behalf 员工失联，电话、微信均无法联系
as office handover close "$handover" submission > /dev/null
take_over wu "$handover"
accept_all qian "$handover"
as office employees move E-3001 left --on "$today" --reason 解除劳动合同
as office employees limbos
refused 'employment has ended' zhou goals list E-3001
as office risk case E-3001 | tail -20

say "证据目录 The dossier"
dossier E-3001
