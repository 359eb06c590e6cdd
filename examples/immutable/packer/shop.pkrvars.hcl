# Values for shop.pkr.hcl that a pull request changes.
region   = "eu-west-1"
base_ami = "ami-0d64bb532e0502c46"
