"""What founders say: of each closed referral, and of what has become of it months later.

`asking` decides who is asked and when, `mails` words it, `answering` keeps what they answer,
`showing` is what our pages show of it, `counting` what may be said of it in numbers.
"""
