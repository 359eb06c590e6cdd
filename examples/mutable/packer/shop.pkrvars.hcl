# Values for shop.pkr.hcl.
region = "eu-west-1"
